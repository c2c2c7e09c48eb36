// Shape says it as well as colour: disc with check, triangle with "!",
// octagon with a cross, square with a dash, ring with bars, dashed ring.

import { clsx } from 'clsx';

export type Tone = 'up' | 'degraded' | 'down' | 'maintenance' | 'paused' | 'pending' | 'unknown';

const colour: Record<Tone, string> = {
  up: 'text-up',
  degraded: 'text-degraded',
  down: 'text-down',
  maintenance: 'text-maintenance',
  paused: 'text-paused',
  pending: 'text-paused',
  unknown: 'text-paused',
};

const mark = 'fill-none stroke-surface [stroke-linecap:round] [stroke-linejoin:round]';
const ring = 'fill-none stroke-current [stroke-linecap:round]';

function shape(tone: Tone) {
  switch (tone) {
    case 'up':
      return (
        <>
          <circle cx="8" cy="8" r="7" />
          <path d="M5 8.200l2.100 2.100L11 6.200" className={mark} strokeWidth="1.800" />
        </>
      );
    case 'degraded':
      return (
        <>
          <path d="M8 1.200l7.200 13H.8z" />
          <path d="M8 6v3.500M8 11.800v.1" className={mark} strokeWidth="1.700" />
        </>
      );
    case 'down':
      return (
        <>
          <path d="M5 .8h6L15.200 5v6L11 15.200H5L.8 11V5z" />
          <path
            d="M5.600 5.600l4.800 4.800M10.400 5.600l-4.800 4.800"
            className={mark}
            strokeWidth="1.800"
          />
        </>
      );
    case 'maintenance':
      return (
        <>
          <rect x="1.500" y="1.500" width="13" height="13" rx="2.500" />
          <path d="M5 8h6" className={mark} strokeWidth="1.800" />
        </>
      );
    case 'paused':
      return (
        <>
          <circle cx="8" cy="8" r="6.200" className={ring} strokeWidth="1.600" />
          <path d="M6.400 5.800v4.400M9.600 5.800v4.400" className={ring} strokeWidth="1.600" />
        </>
      );
    case 'unknown':
      return (
        <>
          <circle cx="8" cy="8" r="6.200" className={ring} strokeWidth="1.600" />
          <path
            d="M6.400 6.500a1.700 1.700 0 1 1 2.400 1.500c-.6.3-.8.6-.8 1.100M8 11.300v.1"
            className={ring}
            strokeWidth="1.500"
          />
        </>
      );
    default:
      return (
        <circle
          cx="8"
          cy="8"
          r="6.200"
          className={ring}
          strokeWidth="1.600"
          strokeDasharray="2.600 3"
        />
      );
  }
}

export function StatusGlyph({ tone, size = 16 }: { tone: Tone; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 16 16"
      width={size}
      height={size}
      className={clsx('shrink-0 fill-current', colour[tone])}
    >
      {shape(tone)}
    </svg>
  );
}
