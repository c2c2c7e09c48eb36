import { type PointerEvent, useEffect, useRef } from 'react';
import { drawBars } from '@/shared/charts/StatusBar';
import { usePreferences } from '@/shared/preferences/preferences';
import { monthOf } from '@/shared/time/format';

type Props = {
  /** "2026-11-22", oldest first, none left out. */
  days: string[];
  /** Of each, as in the bars. */
  letters: string;
  width: number;
  label: string;
  onPoint: (index: number | null) => void;
};

const PITCH = 16;
const BAR = 12;
const NAME = 32;

/** Where the days of each month begin, and on which day of it. */
function monthsOf(days: string[]) {
  return days.flatMap((day, from) =>
    from === 0 || day.endsWith('-01') ? [{ from, day, offset: Number(day.slice(8)) - 1 }] : [],
  );
}

/** A year on a narrow screen: a month a line, a bar a day. */
export function DayMonths({ days, letters, width, label, onPoint }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { theme } = usePreferences();
  const months = monthsOf(days);
  const step = (width - NAME) / 31;
  const height = months.length * PITCH;

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn for these
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context || step <= 0) return;
    const scale = devicePixelRatio || 1;
    canvas.current.width = Math.round((width - NAME) * scale);
    canvas.current.height = height * scale;

    months.forEach(({ from, offset }, line) => {
      const bars = letters.slice(from, months[line + 1]?.from);
      context.setTransform(scale, 0, 0, scale, offset * step * scale, line * PITCH * scale);
      drawBars(context, bars, bars.length * step, BAR);
    });
  }, [letters, width, theme]);

  function point(event: PointerEvent<HTMLCanvasElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    const line = Math.floor((event.clientY - box.top) / PITCH);
    const month = months[line];
    if (!month) return;
    const index = month.from + Math.floor((event.clientX - box.left) / step) - month.offset;
    const end = months[line + 1]?.from ?? days.length;
    onPoint(index >= month.from && index < end ? index : null);
  }

  return (
    <div className="flex">
      <ol aria-hidden className="shrink-0 text-muted text-xs" style={{ width: NAME }}>
        {months.map(({ day }) => (
          <li key={day} style={{ height: PITCH, lineHeight: `${BAR}px` }}>
            {monthOf(day)}
          </li>
        ))}
      </ol>
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        className="touch-pan-y"
        style={{ width: width - NAME, height }}
        onPointerDown={point}
        onPointerMove={point}
        onPointerLeave={(event) => {
          // what a finger pointed at stays
          if (event.pointerType === 'mouse') onPoint(null);
        }}
      />
    </div>
  );
}
