// The tokens as canvas needs them; read anew when the theme changes.

import { resolvedTheme } from '@/shared/preferences/preferences';

let theme = '';
let values = new Map<string, string>();

export function token(name: string): string {
  const now = document.documentElement.dataset.theme ?? resolvedTheme();
  if (now !== theme) {
    theme = now;
    values = new Map();
  }

  let value = values.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    values.set(name, value);
  }
  return value;
}
