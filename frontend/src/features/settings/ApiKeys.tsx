import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { api, data } from '@/shared/api/client';
import { explain } from '@/shared/api/problem';
import type { Key } from '@/shared/api/schema';
import { date } from '@/shared/time/format';
import { Ago } from '@/shared/time/Time';
import { Button } from '@/shared/ui/Button';
import { ConfirmByName } from '@/shared/ui/ConfirmByName';
import { Panel } from '@/shared/ui/Panel';
import { Empty, Failed, SkeletonRows } from '@/shared/ui/states';
import { toast } from '@/shared/ui/toast';
import { NewKey } from './NewKey';

export function ApiKeys() {
  const client = useQueryClient();
  const [making, setMaking] = useState(false);
  const [deleting, setDeleting] = useState<Key>();
  const {
    data: keys,
    error,
    refetch,
  } = useQuery({
    queryKey: ['keys'],
    queryFn: async () => (await data(api.GET('/keys'))).items,
  });

  const remove = useMutation({
    mutationFn: (id: number) => api.DELETE('/keys/{id}', { params: { path: { id } } }),
    onSuccess: () => {
      toast('The key is refused from now on');
      setDeleting(undefined);
    },
    onError: (error) => toast(explain(error), { tone: 'bad' }),
    onSettled: () => client.invalidateQueries({ queryKey: ['keys'] }),
  });

  const add = (
    <Button variant="primary" onClick={() => setMaking(true)}>
      <Plus aria-hidden size={15} />
      New key
    </Button>
  );

  return (
    <Panel
      title="API keys"
      lead="For scripts and other programs: monitors and history, never accounts or sessions."
      action={keys && keys.length > 0 && add}
    >
      {error && <Failed what="The keys could not be loaded" error={error} retry={refetch} />}
      {!keys && !error && <SkeletonRows rows={2} />}
      {keys?.length === 0 && (
        <Empty title="No key yet" action={add}>
          <p>With one, a script reads your monitors:</p>
          <code className="mt-2 block break-words rounded-control bg-sunken px-3 py-2 text-left font-mono text-sm">
            curl -H "Authorization: Bearer upk_…" {location.origin}/api/v1/monitors
          </code>
        </Empty>
      )}
      <ul className="divide-y divide-line">
        {keys?.map((key) => (
          <li key={key.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
            <div className="min-w-0 flex-1 basis-52">
              <p className="break-words font-medium">
                {key.name}
                <span className="ml-2 font-normal text-muted">
                  {key.scope === 'write' ? 'read and write' : 'read only'}
                </span>
              </p>
              <p className="text-muted text-sm">
                {key.last_used_at ? (
                  <>
                    Used <Ago at={key.last_used_at} />
                  </>
                ) : (
                  'Never used'
                )}
                {key.expires_at ? `, valid until ${date(key.expires_at)}` : ', no end'}
              </p>
            </div>
            <Button size="sm" variant="dangerGhost" onClick={() => setDeleting(key)}>
              Delete
            </Button>
          </li>
        ))}
      </ul>
      {making && <NewKey onClose={() => setMaking(false)} />}
      {deleting && (
        <ConfirmByName
          open
          onOpenChange={() => setDeleting(undefined)}
          title="Delete this key?"
          name={deleting.name}
          action="Delete"
          busy={remove.isPending}
          onConfirm={() => remove.mutate(deleting.id)}
        >
          Programs that use it are refused at once.
        </ConfirmByName>
      )}
    </Panel>
  );
}
