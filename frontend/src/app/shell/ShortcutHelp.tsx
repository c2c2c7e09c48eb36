import { Dialog } from '@/shared/ui/Dialog';
import { destinations } from './navigation';

const keys: [string, string][] = [
  ['Ctrl K', 'Search and commands'],
  ['/', 'Filter the list'],
  ['j  k', 'Next, previous monitor'],
  ['Enter', 'Open'],
  ['x', 'Select'],
  ['p', 'Pause or resume'],
  ['n', 'New monitor'],
  ...destinations.map((place): [string, string] => [`g ${place.key}`, `Go to ${place.label}`]),
  ['?', 'This help'],
];

export default function ShortcutHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Keyboard shortcuts"
      description="They can be switched off in Settings, Appearance."
    >
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
        {keys.map(([key, what]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="rounded-control border border-line-strong bg-sunken px-1.5 py-0.5 font-mono text-xs">
                {key}
              </kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
