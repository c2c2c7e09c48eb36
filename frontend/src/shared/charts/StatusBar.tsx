import { type PointerEvent, useEffect, useRef } from 'react';
import { usePreferences } from '@/shared/preferences/preferences';
import { dateTime, hourMinute } from '@/shared/time/format';
import { bucketOf, heights, sentence, span } from './bars';
import { token } from './colours';
import { drawSoon, forgetDrawing } from './draw-soon';

type Props = { bars: string; width: number; height?: number; buckets?: number };

const words = {
  up: 'up',
  degraded: 'degraded',
  down: 'down',
  maintenance: 'maintenance',
  unknown: 'unknown',
  paused: 'paused',
  none: 'no data',
};

export function drawBars(
  context: CanvasRenderingContext2D,
  bars: string,
  width: number,
  height: number,
) {
  const step = width / bars.length;
  const gap = step > 4 ? 1.5 : 0.75;
  context.clearRect(0, 0, width, height);

  for (let i = 0; i < bars.length; i += 1) {
    const bucket = bucketOf(bars[i]);
    const x = i * step;
    const w = Math.max(step - gap, 1);

    if (heights[bucket] === 0) {
      context.fillStyle = token(bucket === 'none' ? 'nodata' : 'paused');
      context.fillRect(x, height - 3, w, 3);
      continue;
    }

    const h = Math.round(heights[bucket] * height);
    context.fillStyle = token(bucket === 'unknown' ? 'paused' : bucket);
    context.beginPath();
    context.roundRect(x, height - h, w, h, Math.min(1.5, w / 2));
    context.fill();
    if (bucket === 'maintenance') hatch(context, x, height - h, w, h);
  }
}

function hatch(context: CanvasRenderingContext2D, x: number, y: number, w: number, h: number) {
  context.fillStyle = token('surface');
  for (let at = y + 2; at < y + h - 1; at += 4) context.fillRect(x, at, w, 1.5);
}

/** The last 24 hours on a canvas: one node, however many bars. */
export function StatusBar({ bars, width, height = 24, buckets = 48 }: Props) {
  const ref = useRef<HTMLCanvasElement>(null);
  const { theme } = usePreferences();
  const shown = bars || '.'.repeat(buckets);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a theme is other colours
  useEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context || width <= 0) return;
    drawSoon(canvas, () => {
      const scale = devicePixelRatio || 1;
      if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
      if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
      context.setTransform(scale, 0, 0, scale, 0, 0);
      drawBars(context, shown, width, height);
    });
    return () => forgetDrawing(canvas);
  }, [shown, width, height, theme]);

  function point(event: PointerEvent<HTMLCanvasElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    const index = Math.floor(((event.clientX - box.left) / box.width) * shown.length);
    if (index < 0 || index >= shown.length) return;
    const [from, to] = span(index, shown.length, Date.now() / 1000);
    event.currentTarget.title = `${dateTime(from)} – ${hourMinute(to)}: ${words[bucketOf(shown[index])]}`;
  }

  return (
    <canvas
      ref={ref}
      role="img"
      aria-label={sentence(shown)}
      onPointerMove={point}
      style={{ width, height }}
      className="block max-w-full"
    />
  );
}
