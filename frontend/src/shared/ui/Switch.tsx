import { Switch as Radix } from 'radix-ui';

type Props = {
  id?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  label?: string;
  disabled?: boolean;
};

export function Switch({ id, checked, onChange, label, disabled }: Props) {
  return (
    <Radix.Root
      id={id}
      checked={checked}
      onCheckedChange={onChange}
      disabled={disabled}
      aria-label={label}
      className="relative h-6 w-10 shrink-0 rounded-full bg-control transition-colors duration-150 disabled:opacity-50 data-[state=checked]:bg-accent"
    >
      <Radix.Thumb className="block size-5 translate-x-0.5 rounded-full bg-surface transition-transform duration-150 data-[state=checked]:translate-x-4.5" />
    </Radix.Root>
  );
}
