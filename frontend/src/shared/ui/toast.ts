// toast('Paused 3 monitors', { undo }): shown by <Toasts> in the shell.

export type ToastEntry = {
  id: number;
  text: string;
  tone: 'neutral' | 'good' | 'bad';
  undo?: () => void;
};

let entries: ToastEntry[] = [];
let last = 0;
const listeners = new Set<() => void>();

function publish(next: ToastEntry[]) {
  entries = next;
  for (const listener of listeners) listener();
}

export function toast(
  text: string,
  options: { tone?: ToastEntry['tone']; undo?: () => void } = {},
) {
  last += 1;
  const entry = { id: last, text, tone: options.tone ?? 'neutral', undo: options.undo };
  publish([...entries.slice(-2), entry]);
}

export function dismissToast(id: number) {
  publish(entries.filter((entry) => entry.id !== id));
}

export const toasts = {
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  snapshot: () => entries,
  used: () => last > 0,
};
