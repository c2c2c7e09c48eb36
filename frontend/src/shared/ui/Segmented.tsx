import { clsx } from 'clsx';

type Props<T extends string> = {
  label: string;
  value: T;
  options: { value: T; label: string }[];
  onChange: (value: T) => void;
};

/** A few choices that are all seen. */
export function Segmented<T extends string>({ label, value, options, onChange }: Props<T>) {
  return (
    <fieldset className="inline-flex max-w-full overflow-x-auto rounded-control border border-line-strong bg-sunken p-0.5">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className={clsx(
            'min-h-7 whitespace-nowrap rounded-[5px] px-2.5 text-sm max-sm:min-h-10',
            option.value === value
              ? 'bg-surface font-medium text-text shadow-[0_0_0_1px_var(--line-strong)]'
              : 'text-muted hover:text-text',
          )}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
