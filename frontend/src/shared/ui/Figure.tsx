import { clsx } from 'clsx';
import type { ReactNode } from 'react';

type Props = { name: string; value: ReactNode; note?: ReactNode; loud?: boolean };

/** One number of a row of them. */
export function Figure({ name, value, note, loud }: Props) {
  return (
    <div className="min-w-0 flex-1 basis-36 px-4 py-3">
      <dt className="text-muted text-xs">{name}</dt>
      <dd
        className={clsx('whitespace-nowrap font-semibold text-2xl', loud && 'text-degraded-text')}
      >
        {value}
      </dd>
      {note && <dd className="truncate text-muted text-xs">{note}</dd>}
    </div>
  );
}

export function Figures({ children }: { children: ReactNode }) {
  return (
    <dl className="card flex flex-wrap divide-line overflow-hidden sm:divide-x">{children}</dl>
  );
}
