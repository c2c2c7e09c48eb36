import { Link } from '@tanstack/react-router';
import type { ComponentType } from 'react';

export type Tab = { id: string; label: string; content: ComponentType };

type Props = {
  label: string;
  to: '/settings/{-$tab}' | '/admin/{-$tab}';
  tabs: [Tab, ...Tab[]];
  chosen: string | undefined;
};

/** Tabs that are pages of their own: what is chosen is in the URL. */
export function Tabs({ label, to, tabs, chosen }: Props) {
  const { id: current, content: Content } = tabs.find(({ id }) => id === chosen) ?? tabs[0];

  return (
    <>
      <nav aria-label={label} className="flex overflow-x-auto border-line border-b sm:gap-1">
        {tabs.map(({ id, label }) => (
          <Link
            key={id}
            to={to}
            params={{ tab: id }}
            aria-current={id === current ? 'page' : undefined}
            className={`-outline-offset-2 -mb-px min-h-10 whitespace-nowrap border-b-2 px-1.5 py-2 max-sm:min-h-11 max-sm:flex-auto max-sm:text-center sm:px-3 ${
              id === current
                ? 'border-accent font-medium text-text'
                : 'border-transparent text-muted hover:text-text'
            }`}
          >
            {label}
          </Link>
        ))}
      </nav>
      <Content />
    </>
  );
}
