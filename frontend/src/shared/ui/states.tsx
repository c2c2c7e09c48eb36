import { CircleAlert, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError, explain } from '@/shared/api/problem';
import { Button } from './Button';

/** Shaped like what comes. */
export function Skeleton({ className }: { className: string }) {
  return <div aria-hidden className={`skeleton ${className}`} />;
}

export function SkeletonRows({
  rows = 6,
  className = 'h-11',
}: {
  rows?: number;
  className?: string;
}) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-2">
      {Array.from({ length: rows }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <Skeleton key={i} className={className} />
      ))}
    </div>
  );
}

type EmptyProps = { title: string; children?: ReactNode; action?: ReactNode };

export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div className="flex flex-col items-center gap-2 rounded-card border border-line-strong border-dashed px-4 py-10 text-center">
      <p className="font-medium text-lg">{title}</p>
      {children && <div className="max-w-[52ch] text-muted">{children}</div>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  );
}

type FailedProps = { what: string; error: unknown; retry?: () => void };

/** What failed, why, and what can be done. */
export function Failed({ what, error, retry }: FailedProps) {
  const id = error instanceof ApiError ? error.requestId : undefined;

  return (
    <div role="alert" className="card flex flex-wrap items-center gap-x-3 gap-y-2 p-4">
      <CircleAlert aria-hidden size={20} className="shrink-0 text-down-text" />
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium">{what}</p>
        <p className="text-muted">{explain(error)}</p>
        {id && <p className="break-all font-mono text-muted text-xs">request {id}</p>}
      </div>
      {retry && (
        <Button onClick={retry}>
          <RotateCw aria-hidden size={14} />
          Try again
        </Button>
      )}
    </div>
  );
}
