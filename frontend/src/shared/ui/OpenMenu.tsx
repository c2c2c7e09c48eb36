import { clsx } from 'clsx';
import { DropdownMenu } from 'radix-ui';
import type { MenuEntry, MenuProps } from './Menu';

/** A menu with its keys, its place and its focus; open at first. */
export default function OpenMenu({ trigger, entries }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false} defaultOpen>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      {/* in a landmark, as all of the page */}
      <DropdownMenu.Portal container={document.getElementById('main')}>
        <DropdownMenu.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          className="z-40 max-h-[60vh] min-w-44 overflow-y-auto rounded-card bg-surface p-1 shadow-float animate-[float-in_130ms_ease-out]"
        >
          <Entries of={entries} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Entries({ of }: { of: () => MenuEntry[] }) {
  return of().map((entry, i) => {
    // biome-ignore-start lint/suspicious/noArrayIndexKey: they keep their places
    if (entry === 'line') return <DropdownMenu.Separator key={i} className="my-1 h-px bg-line" />;
    if ('label' in entry) {
      return (
        <DropdownMenu.Label key={i} className="truncate px-2 py-1.5 text-muted text-xs">
          {entry.label}
        </DropdownMenu.Label>
      );
    }
    return (
      <DropdownMenu.Item
        key={i}
        onSelect={entry.onSelect}
        className={clsx(
          'flex min-h-8 select-none items-center gap-2 rounded-control px-2 outline-none max-sm:min-h-11',
          entry.danger
            ? 'text-down-text data-[highlighted]:bg-down-soft'
            : 'data-[highlighted]:bg-sunken data-[highlighted]:text-text',
        )}
      >
        {entry.icon} {entry.text}
      </DropdownMenu.Item>
    );
    // biome-ignore-end lint/suspicious/noArrayIndexKey: they keep their places
  });
}
