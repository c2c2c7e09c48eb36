import { CircleAlert } from 'lucide-react';

export function FormError({ message }: { message: string | undefined }) {
  if (!message) return null;

  return (
    <p
      role="alert"
      className="flex items-start gap-2 rounded-control bg-down-soft px-3 py-2 text-down-text"
    >
      <CircleAlert aria-hidden size={16} className="mt-0.5 shrink-0" />
      <span className="min-w-0 break-words">{message}</span>
    </p>
  );
}
