import { clsx } from 'clsx';
import { DropdownMenu } from 'radix-ui';
import {
  cloneElement,
  type HTMLAttributes,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useState,
} from 'react';

type Props = { trigger: ReactElement<HTMLAttributes<HTMLElement>>; children: ReactNode };

export function Menu({ trigger, children, open }: Props & { open?: boolean }) {
  return (
    <DropdownMenu.Root modal={false} defaultOpen={open}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      {/* in a landmark, as all of the page */}
      <DropdownMenu.Portal container={document.getElementById('main')}>
        <DropdownMenu.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          className="z-40 max-h-[60vh] min-w-44 overflow-y-auto rounded-card bg-surface p-1 shadow-float animate-[float-in_130ms_ease-out]"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** For long lists: until it is first opened there is only its button. */
export function LazyMenu({ trigger, children }: Props) {
  const [used, setUsed] = useState(false);

  if (used) {
    return (
      <Menu trigger={trigger} open>
        {children}
      </Menu>
    );
  }

  return cloneElement(trigger, {
    'aria-haspopup': 'menu',
    'aria-expanded': false,
    onClick: () => setUsed(true),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'ArrowDown') setUsed(true);
    },
  });
}

type ItemProps = {
  onSelect: () => void;
  danger?: boolean;
  disabled?: boolean;
  children: ReactNode;
};

export function MenuItem({ onSelect, danger, disabled, children }: ItemProps) {
  return (
    <DropdownMenu.Item
      onSelect={onSelect}
      disabled={disabled}
      className={clsx(
        'flex min-h-8 select-none items-center gap-2 rounded-control px-2 outline-none max-sm:min-h-11',
        'data-[disabled]:opacity-50',
        danger
          ? 'text-down-text data-[highlighted]:bg-down-soft'
          : 'data-[highlighted]:bg-sunken data-[highlighted]:text-text',
      )}
    >
      {children}
    </DropdownMenu.Item>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return (
    <DropdownMenu.Label className="truncate px-2 py-1.5 text-muted text-xs">
      {children}
    </DropdownMenu.Label>
  );
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}
