import { cva, type VariantProps } from 'class-variance-authority';
import { LoaderCircle } from 'lucide-react';
import type { ComponentProps } from 'react';

export const buttonStyle = cva(
  'relative inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-control border font-medium transition-colors duration-150 disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-not-allowed aria-disabled:opacity-55',
  {
    variants: {
      variant: {
        primary:
          'border-transparent bg-accent text-on-accent hover:not-disabled:bg-accent-hover active:not-disabled:brightness-95',
        secondary:
          'border-line-strong bg-surface text-text hover:not-disabled:bg-sunken active:not-disabled:bg-nodata',
        ghost: 'border-transparent text-text hover:not-disabled:bg-nodata/60',
        danger:
          'border-transparent bg-down text-on-down hover:not-disabled:brightness-110 active:not-disabled:brightness-95',
        dangerGhost: 'border-transparent text-down-text hover:not-disabled:bg-down-soft',
      },
      size: {
        md: 'min-h-9 px-3 max-sm:min-h-11',
        sm: 'min-h-7 px-2 text-sm max-sm:min-h-11',
        icon: 'size-9 max-sm:size-11',
        iconSm: 'size-7 max-sm:size-11',
      },
    },
    defaultVariants: { variant: 'secondary', size: 'md' },
  },
);

type Props = ComponentProps<'button'> & VariantProps<typeof buttonStyle> & { busy?: boolean };

/** Busy keeps the width: the label stays, unseen, below the spinner. */
export function Button({ variant, size, busy, className, children, disabled, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={buttonStyle({ variant, size, className })}
    >
      {busy && (
        <LoaderCircle
          aria-hidden
          size={16}
          className="absolute animate-[spin-slow_0.9s_linear_infinite]"
        />
      )}
      {busy ? (
        <span className="invisible inline-flex items-center gap-1.5">{children}</span>
      ) : (
        children
      )}
    </button>
  );
}
