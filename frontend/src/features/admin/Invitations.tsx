import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '@/shared/api/client';
import { explain } from '@/shared/api/problem';
import { absolute } from '@/shared/time/format';
import { Button } from '@/shared/ui/Button';
import { CopyButton } from '@/shared/ui/CopyButton';
import { Dialog } from '@/shared/ui/Dialog';
import { Panel } from '@/shared/ui/Panel';
import { Segmented } from '@/shared/ui/Segmented';
import { Failed } from '@/shared/ui/states';
import { toast } from '@/shared/ui/toast';

type Signup = 'open' | 'closed' | null;

export function Invitations() {
  const client = useQueryClient();
  const [link, setLink] = useState('');
  const failed = (error: unknown) => toast(explain(error), { tone: 'bad' });

  const settings = useQuery({ queryKey: ['settings'], queryFn: () => data(api.GET('/settings')) });
  const invitations = useQuery({
    queryKey: ['invitations'],
    queryFn: () => data(api.GET('/invitations', { params: { query: { limit: 50 } } })),
  });

  const setSignup = useMutation({
    mutationFn: (signup: Signup) => api.PATCH('/settings', { body: { signup } }),
    onError: failed,
    onSettled: () => client.invalidateQueries({ queryKey: ['settings'] }),
  });
  const invite = useMutation({
    mutationFn: () => data(api.POST('/invitations', { body: { expires_in: 604800 } })),
    onSuccess: (made) => setLink(location.origin + made.path),
    onError: failed,
    onSettled: () => client.invalidateQueries({ queryKey: ['invitations'] }),
  });
  const withdraw = useMutation({
    mutationFn: (id: number) => api.DELETE('/invitations/{id}', { params: { path: { id } } }),
    onError: failed,
    onSettled: () => client.invalidateQueries({ queryKey: ['invitations'] }),
  });
  const open = invitations.data?.items.filter(
    (each) => !each.used_at && Date.parse(each.expires_at) > Date.now(),
  );

  return (
    <Panel
      title="Sign-up"
      lead="An invitation lets one account in, also while sign-up is closed."
      action={
        <Button busy={invite.isPending} onClick={() => invite.mutate()}>
          Invite somebody
        </Button>
      }
    >
      {settings.error && (
        <Failed
          what="The settings could not be loaded"
          error={settings.error}
          retry={settings.refetch}
        />
      )}
      <Segmented
        label="Sign-up"
        value={settings.data?.signup ?? 'configured'}
        options={[
          { value: 'configured', label: 'As configured' },
          { value: 'closed', label: 'Closed' },
        ]}
        onChange={(value) => setSignup.mutate(value === 'closed' ? 'closed' : null)}
      />
      {open && open.length > 0 && (
        <ul className="mt-4 divide-y divide-line">
          {open.map((each) => (
            <li key={each.id} className="flex items-center gap-4 py-2">
              <span className="min-w-0 flex-1">
                Invitation by {each.created_by ?? 'somebody'}, valid until{' '}
                {absolute(each.expires_at)}
              </span>
              <Button size="sm" variant="dangerGhost" onClick={() => withdraw.mutate(each.id)}>
                Revoke
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Dialog
        open={link !== ''}
        onOpenChange={() => setLink('')}
        title="Send this link"
        description="It is valid for one account and for a week, and shown only now."
      >
        <div className="flex items-center gap-1 rounded-control bg-sunken p-2">
          <code className="min-w-0 flex-1 break-all font-mono text-sm">{link}</code>
          <CopyButton text={link} label="Copy the link" />
        </div>
      </Dialog>
    </Panel>
  );
}
