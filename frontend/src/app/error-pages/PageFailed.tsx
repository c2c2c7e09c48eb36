import { useRouter } from '@tanstack/react-router';
import { Failed } from '@/shared/ui/states';

/** The page could not be shown; the rest of the dashboard still works. */
export function PageFailed({ error }: { error: unknown }) {
  const router = useRouter();

  return (
    <main className="mx-auto grid min-h-[60vh] max-w-xl place-content-center p-6">
      <Failed what="This page could not be shown" error={error} retry={() => router.invalidate()} />
    </main>
  );
}
