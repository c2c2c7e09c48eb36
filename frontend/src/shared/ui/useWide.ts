import { useSyncExternalStore } from 'react';

// as "sm:" in the styles
const query = matchMedia('(min-width: 640px)');

function subscribe(listener: () => void) {
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

/** More than a phone. */
export const useWide = () => useSyncExternalStore(subscribe, () => query.matches);
