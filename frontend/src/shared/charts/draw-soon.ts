// Canvases are drawn in slices: many at once do not hold up the page.

const slice = 4; // milliseconds

const waiting = new Map<HTMLCanvasElement, () => void>();
let end = 0;

/** At once as long as this task has time, else in one of the next. */
export function drawSoon(canvas: HTMLCanvasElement, draw: () => void) {
  const now = performance.now();
  if (end === 0) {
    end = now + slice;
    queueMicrotask(() => {
      end = 0;
    });
  }

  if (waiting.size === 0 && now < end) {
    draw();
    return;
  }

  // not what another row had here
  canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
  waiting.set(canvas, draw);
  if (waiting.size === 1) setTimeout(drawSome);
}

export function forgetDrawing(canvas: HTMLCanvasElement) {
  waiting.delete(canvas);
}

function drawSome() {
  const until = performance.now() + slice;

  for (const [canvas, draw] of waiting) {
    waiting.delete(canvas);
    draw();
    if (performance.now() >= until) break;
  }

  if (waiting.size > 0) setTimeout(drawSome);
}
