import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/shared/api/client';

export const channelKeys = {
  all: ['channels'] as const,
  list: ['channels', 'list'] as const,
  deliveries: (id: number) => ['channels', id, 'deliveries'] as const,
};

/** All of an account; there are 100 at most. */
export function useChannels() {
  return useQuery({
    queryKey: channelKeys.list,
    queryFn: async () => (await data(api.GET('/channels'))).items,
    refetchInterval: 30_000,
  });
}
