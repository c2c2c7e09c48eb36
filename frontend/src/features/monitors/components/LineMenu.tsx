import { useNavigate } from '@tanstack/react-router';
import { Copy, Ellipsis, Pause, Pencil, Play } from 'lucide-react';
import { Button } from '@/shared/ui/Button';
import { Menu } from '@/shared/ui/Menu';
import type { MonitorRow } from '../model';
import { usePauseWithUndo } from '../usePauseWithUndo';

export function LineMenu({ row }: { row: MonitorRow }) {
  const navigate = useNavigate();
  const setPaused = usePauseWithUndo();
  const paused = row.status === 'paused';
  const id = String(row.id);

  return (
    <Menu
      trigger={
        <Button
          variant="ghost"
          size="iconSm"
          aria-label={`Actions for ${row.name}`}
          className="z-[1]"
        >
          <Ellipsis aria-hidden size={16} />
        </Button>
      }
      entries={() => [
        {
          text: paused ? 'Resume' : 'Pause',
          icon: paused ? <Play aria-hidden size={15} /> : <Pause aria-hidden size={15} />,
          onSelect: () => setPaused([row], !paused),
        },
        {
          text: 'Edit',
          icon: <Pencil aria-hidden size={15} />,
          onSelect: () => navigate({ to: '/monitors/$id/edit', params: { id } }),
        },
        {
          text: 'Clone',
          icon: <Copy aria-hidden size={15} />,
          onSelect: () => navigate({ to: '/monitors/new', search: { clone: row.id } }),
        },
      ]}
    />
  );
}
