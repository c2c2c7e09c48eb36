import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/shared/api/client';
import { explain } from '@/shared/api/problem';
import { signedOut } from '@/shared/api/session';
import { Ago } from '@/shared/time/Time';
import { Button } from '@/shared/ui/Button';
import { Panel } from '@/shared/ui/Panel';
import { Failed, SkeletonRows } from '@/shared/ui/states';
import { toast } from '@/shared/ui/toast';
import { browserOf } from './browser';

export function Sessions() {
  const client = useQueryClient();
  const {
    data: sessions,
    error,
    refetch,
  } = useQuery({
    queryKey: ['sessions'],
    queryFn: async () => (await data(api.GET('/auth/sessions'))).items,
  });
  const failed = (error: unknown) => toast(explain(error), { tone: 'bad' });

  const end = useMutation({
    mutationFn: (id: number) => api.DELETE('/auth/sessions/{id}', { params: { path: { id } } }),
    onSuccess: () => toast('The session has ended'),
    onError: failed,
    onSettled: () => client.invalidateQueries({ queryKey: ['sessions'] }),
  });
  const endAll = useMutation({
    mutationFn: () => api.POST('/auth/logout-all'),
    onSuccess: signedOut,
    onError: failed,
  });

  return (
    <Panel
      title="Sessions"
      lead="Where you are signed in. Ending one takes effect within two seconds."
      action={
        <Button busy={endAll.isPending} onClick={() => endAll.mutate()}>
          Sign out everywhere
        </Button>
      }
    >
      {error && <Failed what="The sessions could not be loaded" error={error} retry={refetch} />}
      {!sessions && !error && <SkeletonRows rows={2} />}
      <ul className="divide-y divide-line">
        {sessions?.map((session) => (
          <li key={session.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
            <div className="min-w-0 flex-1 basis-52">
              <p className="font-medium">
                {browserOf(session.user_agent)}
                {session.current && (
                  <span className="ml-2 font-normal text-up-text">this session</span>
                )}
              </p>
              <p className="truncate text-muted text-sm">
                {session.address ?? 'Unknown address'}, used <Ago at={session.last_used_at} />
              </p>
            </div>
            {!session.current && (
              <Button size="sm" onClick={() => end.mutate(session.id)}>
                End
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
