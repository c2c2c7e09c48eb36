import type { CheckResult } from '@/shared/api/schema';
import { date, milliseconds } from '@/shared/time/format';
import { sentence } from '@/shared/ui/form-errors';
import { StatusPill } from '@/shared/ui/StatusPill';
import { Phases } from './Phases';

/** What a check that was made just now said. */
export function CheckOutcome({ result }: { result: CheckResult }) {
  const passed = result.assertions.filter((each) => each.passed).length;

  return (
    <div className="mt-4 flex flex-col gap-3 border-line border-t pt-4">
      <div className="flex items-center justify-between gap-2">
        <StatusPill tone={result.outcome} />
        <span className="font-semibold text-lg">{milliseconds(result.latency_ms)}</span>
      </div>
      <p className="break-words">{sentence(result.explanation)}</p>
      <Phases check={result} />
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
        {result.http_status !== null && <Row name="Status" value={String(result.http_status)} />}
        {result.redirects > 0 && <Row name="Redirects" value={String(result.redirects)} />}
        {result.keyword_found !== null && (
          <Row name="Keyword" value={result.keyword_found ? 'found' : 'not found'} />
        )}
        {result.assertions.length > 0 && (
          <Row name="Assertions" value={`${passed} of ${result.assertions.length} hold`} />
        )}
        {result.cert_expires_at && (
          <Row name="Certificate" value={`until ${date(result.cert_expires_at)}`} />
        )}
      </dl>
    </div>
  );
}

function Row({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="text-right">{value}</dd>
    </>
  );
}
