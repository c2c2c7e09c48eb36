import { Children, type ReactNode } from 'react';

type Props = { title: string; lead?: ReactNode; action?: ReactNode; children?: ReactNode };

/** A card with a heading, for settings. */
export function Panel({ title, lead, action, children }: Props) {
  return (
    <section className="card p-4 sm:p-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-60">
          <h2 className="font-semibold text-lg">{title}</h2>
          {lead && <p className="max-w-[64ch] text-muted">{lead}</p>}
        </div>
        {action}
      </div>
      {Children.toArray(children).length > 0 && <div className="mt-4">{children}</div>}
    </section>
  );
}
