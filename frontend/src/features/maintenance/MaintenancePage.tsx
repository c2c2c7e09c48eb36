import { useInfiniteQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { api, data } from '@/shared/api/client';
import type { Maintenance } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import { Page } from '@/shared/ui/Page';
import { Empty, Failed, SkeletonRows } from '@/shared/ui/states';
import { useDeleteByName } from '@/shared/ui/useDeleteByName';
import { WindowCard } from './WindowCard';
import { WindowDialog } from './WindowDialog';

export function MaintenancePage() {
  const [editing, setEditing] = useState<Maintenance | 'new'>();

  const list = useInfiniteQuery({
    queryKey: ['maintenances'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      data(api.GET('/maintenances', { params: { query: { limit: 50, cursor: pageParam } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: 60_000,
  });
  const windows = list.data?.pages.flatMap((page) => page.items) ?? [];

  const [askDelete, deleteDialog] = useDeleteByName<Maintenance>({
    queryKey: ['maintenances'],
    remove: (id) => api.DELETE('/maintenances/{id}', { params: { path: { id } } }),
    warning: ({ active }) =>
      active
        ? 'It ends at once: alerts come again.'
        : 'What was checked in it still does not count.',
  });

  const add = (
    <Button variant="primary" onClick={() => setEditing('new')}>
      <Plus aria-hidden size={15} />
      New window
    </Button>
  );

  return (
    <Page
      title="Maintenance"
      lead="Checks go on, but they do not count and nobody is alerted."
      actions={windows.length > 0 && add}
    >
      {list.error && (
        <Failed
          what="The maintenance windows could not be loaded"
          error={list.error}
          retry={list.refetch}
        />
      )}
      {list.isPending && <SkeletonRows rows={3} className="h-20" />}
      {list.data && windows.length === 0 && (
        <Empty title="No maintenance is planned" action={add}>
          <p>Before a server is taken down on purpose, say when. It will look like this:</p>
          <div className="card mt-4 px-3 py-2 text-left">
            <p className="font-medium text-text">Database upgrade</p>
            <p className="text-xs">Sun at 22:00, 60 min, Europe/Berlin; tagged shop</p>
          </div>
        </Empty>
      )}
      {windows.length > 0 && (
        <ul className="flex flex-col gap-2">
          {windows.map((window) => (
            <WindowCard
              key={window.id}
              window={window}
              onEdit={() => setEditing(window)}
              onDelete={() => askDelete(window)}
            />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
          More windows
        </Button>
      )}
      {editing && (
        <WindowDialog
          window={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
      {deleteDialog}
    </Page>
  );
}
