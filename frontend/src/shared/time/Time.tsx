import { absolute, ago, duration, type Instant, toDate } from './format';
import { useNow } from './useNow';

/** "3 min ago", with the whole time and zone in its title. */
export function Ago({ at }: { at: Instant }) {
  const now = useNow(5000);
  return (
    <time dateTime={toDate(at).toISOString()} title={absolute(at)}>
      {ago(at, Math.max(now, Date.now() - 5000))}
    </time>
  );
}

/** How long since; ticks, by the minute after the first. */
export function Since({ at }: { at: Instant }) {
  const now = useNow();
  const seconds = (Math.max(now, toDate(at).getTime()) - toDate(at).getTime()) / 1000;
  return (
    <time dateTime={toDate(at).toISOString()} title={`since ${absolute(at)}`}>
      {duration(seconds < 60 ? seconds : seconds - (seconds % 60))}
    </time>
  );
}

export function At({ at, format = absolute }: { at: Instant; format?: (at: Instant) => string }) {
  return (
    <time dateTime={toDate(at).toISOString()} title={absolute(at)}>
      {format(at)}
    </time>
  );
}
