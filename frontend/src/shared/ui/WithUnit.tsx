import type { ReactNode } from 'react';

/** An input with class "pr-20" inside, and what its number counts. */
export function WithUnit({ unit, children }: { unit?: string; children: ReactNode }) {
  return (
    <div className="relative">
      {children}
      {unit && (
        <span className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-muted text-sm">
          {unit}
        </span>
      )}
    </div>
  );
}
