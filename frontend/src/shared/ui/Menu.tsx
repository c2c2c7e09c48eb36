import {
  cloneElement,
  type HTMLAttributes,
  type KeyboardEvent,
  lazy,
  type ReactElement,
  type ReactNode,
  Suspense,
  useState,
} from 'react';

export type MenuEntry =
  | { text: ReactNode; icon?: ReactNode; onSelect: () => void; danger?: boolean }
  | { label: ReactNode }
  | 'line';

export type MenuProps = {
  trigger: ReactElement<HTMLAttributes<HTMLElement>>;
  /** Called when it is opened. */
  entries: () => MenuEntry[];
};

const load = () => import('./OpenMenu');
const OpenMenu = lazy(load);

/** Until it is first opened there is only its button: lists have many of them. */
export function Menu({ trigger, entries }: MenuProps) {
  const [used, setUsed] = useState(false);
  const preload = () => {
    load().catch(() => {});
  };

  if (used) {
    return (
      <Suspense fallback={trigger}>
        <OpenMenu trigger={trigger} entries={entries} />
      </Suspense>
    );
  }

  return cloneElement(trigger, {
    'aria-haspopup': 'menu',
    'aria-expanded': false,
    onPointerEnter: preload,
    onFocus: preload,
    onClick: () => setUsed(true),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'ArrowDown') setUsed(true);
    },
  });
}
