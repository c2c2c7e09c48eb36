import { CopyButton } from '@/shared/ui/CopyButton';

export function PushAddress({ path }: { path: string }) {
  const url = location.origin + path;

  return (
    <section className="card p-4">
      <h2 className="font-medium">The job calls this address when it is done</h2>
      <div className="mt-1 flex items-center gap-2">
        <code className="min-w-0 truncate rounded-control bg-sunken px-2 py-1 font-mono text-sm">
          curl -fsS {url}
        </code>
        <CopyButton text={`curl -fsS ${url}`} />
      </div>
      <p className="mt-1 text-muted text-sm">
        Who knows the address can call it. With{' '}
        <code className="font-mono">?status=down&message=…</code> it says that it failed.
      </p>
    </section>
  );
}
