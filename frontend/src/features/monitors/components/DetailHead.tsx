import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Copy, Ellipsis, Pause, Pencil, Play, Trash2, Zap } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { api, data } from '@/shared/api/client';
import { explain } from '@/shared/api/problem';
import type { Monitor } from '@/shared/api/schema';
import { Button, buttonStyle } from '@/shared/ui/Button';
import { Menu } from '@/shared/ui/Menu';
import { toast } from '@/shared/ui/toast';
import { monitorKeys } from '../queries';
import { usePauseWithUndo } from '../usePauseWithUndo';

const CheckedNow = lazy(() => import('./CheckedNow'));
const DeleteMonitors = lazy(() => import('./DeleteMonitors'));

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
        entries={() => [
          {
            text: 'Clone',
            icon: <Copy aria-hidden size={15} />,
            onSelect: () => navigate({ to: '/monitors/new', search: { clone: id } }),
          },
          'line',
          {
            text: 'Delete',
            icon: <Trash2 aria-hidden size={15} />,
            danger: true,
            onSelect: () => setDeleting(true),
          },
        ]}
      />
      <Suspense fallback={null}>
        {deleting && (
          <DeleteMonitors
            monitors={[monitor]}
            onClose={() => setDeleting(false)}
            onDeleted={() => navigate({ to: '/monitors' })}
          />
        )}
        {check.data && <CheckedNow result={check.data} onClose={() => check.reset()} />}
      </Suspense>
    </>
  );
}
