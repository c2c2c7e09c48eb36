// j and k move through the list, Enter opens, x selects, p pauses.

import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { preferences } from '@/shared/preferences/preferences';
import { isTyping } from '@/shared/ui/keys';
import type { MonitorRow } from './model';
import { usePauseWithUndo } from './usePauseWithUndo';

export function useListKeys(
  rows: MonitorRow[],
  toggle: (id: number) => void,
  show: (index: number) => void,
): number | undefined {
  const [active, setActive] = useState<number>();
  const navigate = useNavigate();
  const setPaused = usePauseWithUndo();

  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (!preferences().shortcuts || isTyping(event)) return;
      const index = rows.findIndex((row) => row.id === active);

      if (event.key === 'j' || event.key === 'k') {
        const next = index < 0 ? 0 : index + (event.key === 'j' ? 1 : -1);
        const row = rows[Math.max(0, Math.min(next, rows.length - 1))];
        if (!row) return;
        setActive(row.id);
        show(rows.indexOf(row));
        return;
      }

      const row = rows[index];
      if (!row) return;
      if (event.key === 'x') toggle(row.id);
      else if (event.key === 'p') setPaused([row], row.status !== 'paused');
      else if (event.key === 'Enter' && (event.target as HTMLElement).tagName === 'BODY') {
        navigate({ to: '/monitors/$id', params: { id: String(row.id) } });
      }
    }

    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [rows, active, toggle, show, navigate, setPaused]);

  return active;
}
