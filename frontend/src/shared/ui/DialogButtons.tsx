import type { ReactNode } from 'react';

/** In sight, however long the dialog is. */
export function DialogButtons({ children }: { children: ReactNode }) {
  return (
    <div
      data-buttons
      className="sticky bottom-0 z-10 -mx-5 mt-5 flex flex-wrap justify-end gap-2 border-line border-t bg-surface px-5 py-3 max-sm:*:flex-1"
    >
      {children}
    </div>
  );
}
