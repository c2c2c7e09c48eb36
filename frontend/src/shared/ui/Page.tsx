import { type ReactNode, useEffect } from 'react';
import { setPageTitle } from './title';

type Props = { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode };

export function Page({ title, lead, actions, children }: Props) {
  useEffect(() => setPageTitle(title), [title]);

  return (
    <div className="mx-auto flex w-full max-w-[1180px] flex-col gap-4 p-4 sm:p-6">
      <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-32 sm:basis-72">
          <h1 className="break-words font-semibold text-xl">{title}</h1>
          {lead && <div className="text-muted">{lead}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2 max-sm:gap-1">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
