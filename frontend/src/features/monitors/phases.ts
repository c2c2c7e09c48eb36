export type Timed = {
  latency_ms: number | null;
  dns_ms: number | null;
  connect_ms: number | null;
  tls_ms: number | null;
  ttfb_ms: number | null;
};

export type Phase = { name: string; ms: number; colour: string };

/** The parts of a check; what is left of the whole is the transfer. */
export function phasesOf(check: Timed): Phase[] {
  const known =
    (check.dns_ms ?? 0) + (check.connect_ms ?? 0) + (check.tls_ms ?? 0) + (check.ttfb_ms ?? 0);
  const rest = check.latency_ms === null ? 0 : Math.max(0, check.latency_ms - known);

  return [
    { name: 'DNS', ms: check.dns_ms ?? 0, colour: 'bg-accent' },
    { name: 'Connect', ms: check.connect_ms ?? 0, colour: 'bg-accent/80' },
    { name: 'TLS', ms: check.tls_ms ?? 0, colour: 'bg-accent/62' },
    { name: 'First byte', ms: check.ttfb_ms ?? 0, colour: 'bg-accent/46' },
    { name: 'Transfer', ms: rest, colour: 'bg-accent/32' },
  ].filter((phase) => phase.ms > 0);
}
