import { clsx } from 'clsx';
import { CircleAlert } from 'lucide-react';
import { type ReactNode, useId } from 'react';

type Wiring = {
  id: string;
  'aria-invalid': boolean | undefined;
  'aria-describedby': string | undefined;
};

type Props = {
  label: ReactNode;
  hint?: ReactNode;
  error?: string;
  optional?: boolean;
  className?: string;
  children: (wiring: Wiring) => ReactNode;
};

/** A label, one control, and below it the error or else the hint. */
export function Field({ label, hint, error, optional, className, children }: Props) {
  const id = useId();
  const note = `${id}-note`;
  const wiring = {
    id,
    'aria-invalid': error ? true : undefined,
    'aria-describedby': error || hint ? note : undefined,
  };

  return (
    <div className={clsx('flex min-w-0 flex-col gap-1', className)}>
      <label htmlFor={id} className="font-medium">
        {label}
        {optional && <span className="ml-1 font-normal text-muted">optional</span>}
      </label>
      {children(wiring)}
      {error ? (
        <p id={note} className="flex items-start gap-1 text-down-text text-sm">
          <CircleAlert aria-hidden size={14} className="mt-0.5 shrink-0" />
          {error}
        </p>
      ) : (
        hint && (
          <p id={note} className="text-muted text-sm">
            {hint}
          </p>
        )
      )}
    </div>
  );
}
