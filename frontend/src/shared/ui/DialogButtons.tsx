import type { ReactNode } from 'react';

export function DialogButtons({ children }: { children: ReactNode }) {
  return <div className="mt-5 flex flex-wrap justify-end gap-2 max-sm:*:flex-1">{children}</div>;
}
