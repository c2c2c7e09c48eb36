// What a person prefers on this device.  Nothing secret, nothing of the server.

import { useSyncExternalStore } from 'react';

export type Preferences = {
  theme: 'system' | 'light' | 'dark';
  density: 'cosy' | 'compact';
  timeZone: string;
  shortcuts: boolean;
};

const defaults: Preferences = {
  theme: 'system',
  density: 'cosy',
  timeZone: 'local',
  shortcuts: true,
};

let current = load();
const listeners = new Set<() => void>();

function load(): Preferences {
  try {
    const stored = JSON.parse(localStorage.getItem('preferences') ?? '{}');
    return { ...defaults, ...stored };
  } catch {
    return defaults;
  }
}

function publish() {
  applyTheme();
  for (const listener of listeners) listener();
}

export function preferences(): Preferences {
  return current;
}

export function setPreferences(patch: Partial<Preferences>) {
  current = { ...current, ...patch };
  try {
    localStorage.setItem('preferences', JSON.stringify(current));
  } catch {
    // a private window: it holds until the page is left
  }
  publish();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

export function resolvedTheme(): 'light' | 'dark' {
  if (current.theme !== 'system') return current.theme;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function applyTheme() {
  document.documentElement.dataset.theme = resolvedTheme();
}

/** Another tab changed them, or the system its theme. */
export function followPreferences() {
  addEventListener('storage', (event) => {
    if (event.key !== 'preferences') return;
    current = load();
    publish();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', publish);
}
