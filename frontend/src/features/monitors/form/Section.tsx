import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';

type Props = { title: string; lead?: string; folded?: boolean; children: ReactNode };

export function Section({ title, lead, folded, children }: Props) {
  const body = <div className="grid gap-4 sm:grid-cols-2">{children}</div>;

  if (!folded) {
    return (
      <section className="card p-4 sm:p-5">
        <h2 className="font-semibold text-lg">{title}</h2>
        {lead && <p className="mb-4 text-muted">{lead}</p>}
        {!lead && <div className="h-4" />}
        {body}
      </section>
    );
  }

  return (
    <details className="card group p-4 sm:p-5">
      <summary className="flex cursor-pointer list-none items-center gap-2 rounded-control">
        <ChevronRight
          aria-hidden
          size={16}
          className="text-muted transition-transform duration-150 group-open:rotate-90"
        />
        <span>
          <h2 className="inline font-semibold text-lg">{title}</h2>
          {lead && <span className="block text-muted">{lead}</span>}
        </span>
      </summary>
      <div className="pt-4">{body}</div>
    </details>
  );
}
