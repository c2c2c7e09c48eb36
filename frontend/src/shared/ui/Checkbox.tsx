import { clsx } from 'clsx';
import type { ComponentProps, ReactNode } from 'react';

type Props = Omit<ComponentProps<'input'>, 'type'> & { children?: ReactNode; hint?: ReactNode };

/** With its label as part of the target. */
export function Checkbox({ children, hint, className, ...rest }: Props) {
  return (
    <label
      className={clsx('flex min-h-6 items-start gap-2 max-sm:min-h-11 max-sm:py-2', className)}
    >
      <input type="checkbox" {...rest} className="mt-0.5" />
      {children && (
        <span className="min-w-0">
          {children}
          {hint && <span className="block text-muted text-sm">{hint}</span>}
        </span>
      )}
    </label>
  );
}
