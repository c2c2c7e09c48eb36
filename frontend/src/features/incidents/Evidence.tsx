import { PhaseBar } from '@/features/monitors';
import { milliseconds } from '@/shared/time/format';

type Certificate = { subject?: string; issuer?: string; names?: string[] };

const numberOf = (value: unknown) => (typeof value === 'number' ? value : null);

/** What the failing check saw; names that are not known here are shown as they are. */
export function Evidence({ evidence }: { evidence: Record<string, unknown> }) {
  const { http_status, total_ms, dns_ms, connect_ms, tls_ms, ttfb_ms, body, certificate, ...rest } =
    evidence;
  const timed = {
    latency_ms: numberOf(total_ms),
    dns_ms: numberOf(dns_ms),
    connect_ms: numberOf(connect_ms),
    tls_ms: numberOf(tls_ms),
    ttfb_ms: numberOf(ttfb_ms),
  };
  const cert = certificate as Certificate | null | undefined;
  const facts: [string, string][] = [
    ...(http_status ? [['Status', String(http_status)] as [string, string]] : []),
    ...(timed.latency_ms === null
      ? []
      : [['Took', milliseconds(timed.latency_ms)] as [string, string]]),
    ...(cert?.names?.length
      ? [['Certificate for', cert.names.join(', ')] as [string, string]]
      : []),
    ...(cert?.subject ? [['Its subject', cert.subject] as [string, string]] : []),
    ...(cert?.issuer ? [['Its issuer', cert.issuer] as [string, string]] : []),
    ...Object.entries(rest)
      .filter(([, value]) => value !== null)
      .map(([name, value]): [string, string] => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
  ];
  if (facts.length === 0 && !body) return null;

  return (
    <section aria-label="What the check saw" className="flex flex-col gap-3">
      <h2 className="font-medium">What the check saw</h2>
      <div className="max-w-md">
        <PhaseBar check={timed} />
      </div>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="break-words">{value}</dd>
          </div>
        ))}
      </dl>
      {typeof body === 'string' && body && (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
          tabIndex={0}
          className="max-h-64 overflow-auto whitespace-pre-wrap break-words rounded-control bg-sunken p-3 font-mono text-sm"
        >
          {body}
        </pre>
      )}
    </section>
  );
}
