import { type ReactNode, useEffect } from 'react';
import { setPageTitle } from '@/shared/ui/title';

type Props = { title: string; lead?: ReactNode; footer?: ReactNode; children: ReactNode };

export function AuthLayout({ title, lead, footer, children }: Props) {
  useEffect(() => setPageTitle(title), [title]);

  return (
    <main className="grid min-h-dvh grid-rows-[minmax(24px,1fr)_auto_minmax(24px,2fr)] px-4">
      <div className="row-start-2 mx-auto w-full max-w-[380px]">
        <div className="mb-5 flex items-center justify-center gap-2.5">
          <img src="/favicon.svg" alt="" width={32} height={32} />
          <span className="font-semibold text-xl">Uptime</span>
        </div>
        <div className="card p-5 sm:p-6">
          <h1 className="font-semibold text-lg">{title}</h1>
          {lead && <p className="mt-1 text-muted">{lead}</p>}
          <div className="mt-4">{children}</div>
        </div>
        {footer && <p className="mt-4 text-center text-muted">{footer}</p>}
      </div>
    </main>
  );
}

export const linkStyle =
  'rounded-[3px] text-accent underline underline-offset-2 hover:text-accent-hover';
