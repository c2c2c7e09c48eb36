import { Link } from '@tanstack/react-router';
import { buttonStyle } from '@/shared/ui/Button';

export function NotFound() {
  return (
    <main className="grid min-h-dvh place-content-center gap-3 p-6 text-center">
      <h1 className="font-semibold text-xl">There is no such page</h1>
      <p className="text-muted">The address may be old, or mistyped.</p>
      <div>
        <Link to="/monitors" className={buttonStyle({ variant: 'primary' })}>
          Go to the monitors
        </Link>
      </div>
    </main>
  );
}
