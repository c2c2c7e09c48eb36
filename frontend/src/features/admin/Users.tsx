import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { api, data } from '@/shared/api/client';
import { explain } from '@/shared/api/problem';
import type { Account } from '@/shared/api/schema';
import { currentUser } from '@/shared/api/session';
import { count } from '@/shared/time/format';
import { Ago } from '@/shared/time/Time';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { Menu } from '@/shared/ui/Menu';
import { Panel } from '@/shared/ui/Panel';
import { Failed, SkeletonRows } from '@/shared/ui/states';
import { toast } from '@/shared/ui/toast';

type Patch = { disabled?: boolean; role?: 'admin' | 'user' };

export function Users() {
  const client = useQueryClient();
  const [q, setQ] = useState('');

  const users = useInfiniteQuery({
    queryKey: ['users', q],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/users', {
          params: { query: { limit: 50, cursor: pageParam, q: q || undefined } },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const accounts = users.data?.pages.flatMap((page) => page.items) ?? [];

  const change = useMutation({
    mutationFn: ({ id, patch }: { id: number; patch: Patch }) =>
      api.PATCH('/users/{id}', { params: { path: { id } }, body: patch }),
    onError: (error) => toast(explain(error), { tone: 'bad' }),
    onSettled: () => client.invalidateQueries({ queryKey: ['users'] }),
  });

  function apply(account: Account, patch: Patch, back: Patch, done: string) {
    change.mutate(
      { id: account.id, patch },
      {
        onSuccess: () =>
          toast(done, { undo: () => change.mutate({ id: account.id, patch: back }) }),
      },
    );
  }

  return (
    <Panel
      title="Users"
      action={
        <input
          type="search"
          aria-label="Find a user"
          placeholder="Find by email"
          className="input sm:max-w-60"
          value={q}
          onChange={(event) => setQ(event.target.value.trim())}
        />
      }
    >
      {users.error && (
        <Failed what="The users could not be loaded" error={users.error} retry={users.refetch} />
      )}
      {users.isPending && <SkeletonRows rows={3} />}
      {users.data && accounts.length === 0 && <p className="text-muted">Nobody matches.</p>}
      <ul className="divide-y divide-line">
        {accounts.map((account) => (
          <li key={account.id} className="flex items-center gap-x-4 py-2">
            <div className="min-w-0 flex-1">
              <p className="flex flex-wrap items-center gap-x-3">
                <span className="min-w-0 truncate font-medium">{account.email}</span>
                {account.disabled && <Badge>Disabled</Badge>}
              </p>
              <p className="text-muted text-sm">
                {account.role === 'admin' ? 'Administrator' : 'User'},{' '}
                {account.monitors === 1 ? '1 monitor' : `${count(account.monitors)} monitors`},{' '}
                {account.last_seen_at ? (
                  <span className="whitespace-nowrap">
                    seen <Ago at={account.last_seen_at} />
                  </span>
                ) : (
                  'never seen'
                )}
              </p>
            </div>
            {account.id === currentUser()?.id ? (
              <span className="text-muted text-sm">you</span>
            ) : (
              <Menu
                trigger={
                  <Button variant="ghost" size="icon" aria-label={`Actions for ${account.email}`}>
                    <Ellipsis aria-hidden size={16} />
                  </Button>
                }
                entries={() => [
                  {
                    text: account.role === 'admin' ? 'Make a user' : 'Make an administrator',
                    onSelect: () =>
                      account.role === 'admin'
                        ? apply(
                            account,
                            { role: 'user' },
                            { role: 'admin' },
                            `${account.email} is a user now`,
                          )
                        : apply(
                            account,
                            { role: 'admin' },
                            { role: 'user' },
                            `${account.email} is an administrator now`,
                          ),
                  },
                  {
                    text: account.disabled ? 'Enable' : 'Disable',
                    danger: !account.disabled,
                    onSelect: () =>
                      apply(
                        account,
                        { disabled: !account.disabled },
                        { disabled: account.disabled },
                        `${account.email} is ${account.disabled ? 'enabled' : 'disabled'}`,
                      ),
                  },
                ]}
              />
            )}
          </li>
        ))}
      </ul>
      {users.hasNextPage && (
        <Button
          className="mt-3"
          busy={users.isFetchingNextPage}
          onClick={() => users.fetchNextPage()}
        >
          More users
        </Button>
      )}
    </Panel>
  );
}
