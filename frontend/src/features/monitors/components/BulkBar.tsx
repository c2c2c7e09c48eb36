import { Bell, Clock, Pause, Play, Tag, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import { interval } from '@/shared/time/format';
import { Button } from '@/shared/ui/Button';
import { Menu } from '@/shared/ui/Menu';
import type { MonitorRow } from '../model';
import { useBulkEdit } from '../useBulkEdit';
import { usePauseWithUndo } from '../usePauseWithUndo';
import { BulkChannels } from './BulkChannels';
import { BulkTags } from './BulkTags';
import DeleteMonitors from './DeleteMonitors';

type Props = {
  chosen: MonitorRow[];
  shown: MonitorRow[];
  onSelectAll: () => void;
  onClear: () => void;
};

// on phones all in one row, the word below its icon
const stacked = 'max-sm:flex-col max-sm:gap-0.5 max-sm:px-0 max-sm:text-xs';
const intervals = [10, 30, 60, 300, 900, 3600];

/** Floats over the list while something is selected. */
export default function BulkBar({ chosen, shown, onSelectAll, onClear }: Props) {
  const [dialog, setDialog] = useState<'tags' | 'channels' | 'delete' | null>(null);
  const setPaused = usePauseWithUndo();
  const edit = useBulkEdit();
  const allPaused = chosen.every((row) => row.status === 'paused');

  return (
    <section
      aria-label="Selected monitors"
      className="fixed inset-x-4 bottom-20 z-30 mx-auto flex w-fit max-w-[calc(100vw-32px)] flex-wrap items-center gap-1 rounded-card bg-surface p-1.5 shadow-float max-sm:w-auto sm:bottom-5 sm:left-[236px]"
    >
      <span className="px-2 font-medium max-sm:py-3" aria-live="polite">
        {chosen.length} selected
      </span>
      {chosen.length < shown.length && (
        <Button variant="ghost" size="sm" onClick={onSelectAll}>
          Select all {shown.length}
        </Button>
      )}
      <div className="flex gap-1 max-sm:order-last max-sm:grid max-sm:w-full max-sm:grid-cols-5">
        <Button
          variant="ghost"
          size="sm"
          className={stacked}
          // those that are paused already are not to be resumed by Undo
          onClick={() =>
            setPaused(
              chosen.filter((row) => (row.status === 'paused') === allPaused),
              !allPaused,
            )
          }
        >
          {allPaused ? <Play aria-hidden size={15} /> : <Pause aria-hidden size={15} />}
          {allPaused ? 'Resume' : 'Pause'}
        </Button>
        <Menu
          trigger={
            <Button variant="ghost" size="sm" className={stacked}>
              <Clock aria-hidden size={15} />
              Interval
            </Button>
          }
          entries={() => [
            { label: 'Check every' },
            ...intervals.map((seconds) => ({
              text: interval(seconds),
              onSelect: () =>
                edit(chosen, () => ({ interval: seconds }), `Checked every ${interval(seconds)}`),
            })),
          ]}
        />
        <Button variant="ghost" size="sm" className={stacked} onClick={() => setDialog('tags')}>
          <Tag aria-hidden size={15} />
          Tags
        </Button>
        <Button variant="ghost" size="sm" className={stacked} onClick={() => setDialog('channels')}>
          <Bell aria-hidden size={15} />
          Channels
        </Button>
        <Button
          variant="dangerGhost"
          size="sm"
          className={stacked}
          onClick={() => setDialog('delete')}
        >
          <Trash2 aria-hidden size={15} />
          Delete
        </Button>
      </div>
      <Button
        variant="ghost"
        size="iconSm"
        aria-label="Clear the selection"
        className="max-sm:absolute max-sm:top-1.5 max-sm:right-1.5"
        onClick={onClear}
      >
        <X aria-hidden size={15} />
      </Button>
      {dialog === 'tags' && <BulkTags chosen={chosen} onClose={() => setDialog(null)} />}
      {dialog === 'channels' && <BulkChannels chosen={chosen} onClose={() => setDialog(null)} />}
      {dialog === 'delete' && (
        <DeleteMonitors monitors={chosen} onClose={() => setDialog(null)} onDeleted={onClear} />
      )}
    </section>
  );
}
