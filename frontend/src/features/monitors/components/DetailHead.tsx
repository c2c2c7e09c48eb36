import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Copy, Ellipsis, Pause, Pencil, Play, Trash2, Zap } from 'lucide-react';
import { useState } from 'react';
import { api, data } from '@/shared/api/client';
import { explain } from '@/shared/api/problem';
import type { Monitor } from '@/shared/api/schema';
import { Button, buttonStyle } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Menu, MenuItem, MenuSeparator } from '@/shared/ui/Menu';
import { toast } from '@/shared/ui/toast';
import { monitorKeys } from '../queries';
import { usePauseWithUndo } from '../usePauseWithUndo';
import { CheckOutcome } from './CheckOutcome';
import { DeleteMonitors } from './DeleteMonitors';

export function DetailHead({ monitor }: { monitor: Monitor }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const setPaused = usePauseWithUndo();
  const [deleting, setDeleting] = useState(false);
  const { id, paused } = monitor;

  const check = useMutation({
    mutationFn: () => data(api.POST('/monitors/{id}/check', { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: monitorKeys.history(id) }),
    onError: (error) => toast(explain(error), { tone: 'bad' }),
  });

  return (
    <>
      {monitor.type !== 'push' && (
        <Button busy={check.isPending} onClick={() => check.mutate()}>
          <Zap aria-hidden size={15} />
          <span>
            Check<span className="max-sm:sr-only"> now</span>
          </span>
        </Button>
      )}
      <Button onClick={() => setPaused([monitor], !paused)}>
        {paused ? <Play aria-hidden size={15} /> : <Pause aria-hidden size={15} />}
        {paused ? 'Resume' : 'Pause'}
      </Button>
      <Link to="/monitors/$id/edit" params={{ id: String(id) }} className={buttonStyle({})}>
        <Pencil aria-hidden size={15} />
        Edit
      </Link>
      <Menu
        trigger={
          <Button size="icon" variant="ghost" aria-label="More actions">
            <Ellipsis aria-hidden size={16} />
          </Button>
        }
      >
        <MenuItem onSelect={() => navigate({ to: '/monitors/new', search: { clone: id } })}>
          <Copy aria-hidden size={15} /> Clone
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={() => setDeleting(true)}>
          <Trash2 aria-hidden size={15} /> Delete
        </MenuItem>
      </Menu>
      <DeleteMonitors
        open={deleting}
        monitors={[monitor]}
        onClose={() => setDeleting(false)}
        onDeleted={() => navigate({ to: '/monitors' })}
      />
      {check.data && (
        <Dialog
          open
          onOpenChange={() => check.reset()}
          title="Checked just now"
          description="It changes neither status nor history."
        >
          <CheckOutcome result={check.data} />
        </Dialog>
      )}
    </>
  );
}
