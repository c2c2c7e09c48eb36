import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/shared/api/client';
import type { Channel } from '@/shared/api/schema';

export const channelKeys = {
  all: ['channels'] as const,
  list: ['channels', 'list'] as const,
  deliveries: (id: number) => ['channels', id, 'deliveries'] as const,
};

export type ChannelList = { items: Channel[]; monitors_without: number };

const list = {
  queryKey: channelKeys.list,
  queryFn: () => data(api.GET('/channels')),
  refetchInterval: 30_000,
};

/** How many monitors tell no channel. */
export function useMonitorsWithout() {
  return useQuery({ ...list, select: ({ monitors_without }) => monitors_without });
}

/** All of an account; there are 100 at most. */
export function useChannels() {
  return useQuery({ ...list, select: ({ items }) => items });
}
