import { encode } from 'uqr';

/** Dark on light in both themes: readers want it so. */
export function QrCode({ text }: { text: string }) {
  const { data, size } = encode(text, { border: 2 });
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');

  return (
    <svg
      role="img"
      aria-label="QR code with the secret"
      viewBox={`0 0 ${size} ${size}`}
      className="mx-auto size-44 rounded-control bg-[#fff]"
      shapeRendering="crispEdges"
    >
      <path d={path} fill="#14181f" />
    </svg>
  );
}
