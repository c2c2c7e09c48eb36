import { type PointerEvent, useEffect, useRef, useState } from 'react';
import type { Uptime } from '@/shared/api/schema';
import { drawBars } from '@/shared/charts/StatusBar';
import { usePreferences } from '@/shared/preferences/preferences';
import { date, duration, ratio } from '@/shared/time/format';
import { Failed, Skeleton } from '@/shared/ui/states';
import { useUptime } from '../history';
import { DayMonths } from './DayMonths';

type Day = Uptime['days'][number];

function dayLetter(day: Pick<Day, 'ratio'>): string {
  if (day.ratio === null) return '.';
  if (day.ratio >= 1) return 'u';
  return day.ratio >= 0.999 ? 'g' : 'd';
}

// noon, so that it is that day in every zone
const dayName = (day: string) => date(`${day}T12:00:00Z`);

function words(day: Day): string {
  const name = dayName(day.day);
  if (day.ratio === null) return `${name}: nothing known`;
  const down = day.downtime_s > 0 ? `, ${duration(day.downtime_s)} down` : '';
  return `${name}: ${ratio(day.ratio, 3)}${down}`;
}

/** A year, a bar a day; on a phone a line a month. */
export function DayBars({ id }: { id: number }) {
  const { data, error, refetch } = useUptime(id);
  const { theme } = usePreferences();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [at, setAt] = useState<number | null>(null);
  const days = data?.days ?? [];
  const letters = days.map(dayLetter).join('');
  const narrow = width < 640;
  const day = at === null ? undefined : days[at];
  const known = days.filter((each) => each.ratio !== null);
  const bad = known.filter((each) => (each.ratio ?? 1) < 1);
  const label = `${known.length} days known, ${bad.length} with downtime`;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn for these
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context || days.length === 0) return;
    const scale = devicePixelRatio || 1;
    canvas.current.width = width * scale;
    canvas.current.height = 40 * scale;
    context.scale(scale, scale);
    drawBars(context, letters, width, 40);
  }, [data, width, theme]);

  function point(event: PointerEvent<HTMLCanvasElement>) {
    const bounds = event.currentTarget.getBoundingClientRect();
    const index = Math.floor(((event.clientX - bounds.left) / bounds.width) * days.length);
    setAt(Math.max(0, Math.min(days.length - 1, index)));
  }

  return (
    <section className="card p-4 sm:p-5">
      <div className="mb-2 flex flex-wrap items-baseline gap-x-4">
        <h2 className="font-semibold text-lg">Uptime by day</h2>
        <p className="min-h-5 text-muted text-sm" aria-live="polite">
          {day ? words(day) : 'the last year'}
        </p>
      </div>
      {error && <Failed what="Uptime could not be loaded" error={error} retry={refetch} />}
      <div ref={box}>
        {!data && !error && <Skeleton className="h-10" />}
        {data && width > 0 && narrow && (
          <DayMonths
            days={days.map((each) => each.day)}
            letters={letters}
            width={width}
            label={label}
            onPoint={setAt}
          />
        )}
        {data && width > 0 && !narrow && (
          <>
            <canvas
              ref={canvas}
              role="img"
              aria-label={label}
              style={{ width: '100%', height: 40 }}
              onPointerMove={point}
              onPointerLeave={() => setAt(null)}
            />
            <div className="mt-1 flex justify-between text-muted text-xs">
              <span>{days[0] && dayName(days[0].day)}</span>
              <span>today</span>
            </div>
          </>
        )}
        {data && (
          <table className="sr-only">
            <caption>Days with downtime</caption>
            <tbody>
              {bad.map((each) => (
                <tr key={each.day}>
                  <td>{words(each)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}
