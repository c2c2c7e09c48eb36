import { useNavigate } from '@tanstack/react-router';
import { Copy, Ellipsis, Pause, Pencil, Play } from 'lucide-react';
import { Button } from '@/shared/ui/Button';
import { LazyMenu, MenuItem } from '@/shared/ui/Menu';
import type { MonitorRow } from '../model';
import { usePauseWithUndo } from '../usePauseWithUndo';

export function LineMenu({ row }: { row: MonitorRow }) {
  const navigate = useNavigate();
  const setPaused = usePauseWithUndo();
  const paused = row.status === 'paused';
  const id = String(row.id);

  return (
    <LazyMenu
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
    >
      <MenuItem onSelect={() => setPaused([row], !paused)}>
        {paused ? <Play aria-hidden size={15} /> : <Pause aria-hidden size={15} />}
        {paused ? 'Resume' : 'Pause'}
      </MenuItem>
      <MenuItem onSelect={() => navigate({ to: '/monitors/$id/edit', params: { id } })}>
        <Pencil aria-hidden size={15} /> Edit
      </MenuItem>
      <MenuItem onSelect={() => navigate({ to: '/monitors/new', search: { clone: row.id } })}>
        <Copy aria-hidden size={15} /> Clone
      </MenuItem>
    </LazyMenu>
  );
}
