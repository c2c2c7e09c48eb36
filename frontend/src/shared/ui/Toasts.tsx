import { lazy, Suspense, useSyncExternalStore } from 'react';
import { toasts } from './toast';

const ToastList = lazy(() => import('./ToastList'));

export function Toasts() {
  const entries = useSyncExternalStore(toasts.subscribe, toasts.snapshot);
  // once there was one it stays, so that the next ones are announced
  const used = useSyncExternalStore(toasts.subscribe, toasts.used);

  return <Suspense fallback={null}>{used && <ToastList entries={entries} />}</Suspense>;
}
