import type { ReactNode } from 'react';
import { absolute, ago, duration, type Instant, toDate } from './format';
import { useNow } from './useNow';

type MomentProps = { at: Instant; lead?: string; children: ReactNode };

/** The whole time and zone are put into words when they are pointed at: there are hundreds. */
function Moment({ at, lead = '', children }: MomentProps) {
  return (
    <time
      dateTime={toDate(at).toISOString()}
      onPointerEnter={(event) => {
        event.currentTarget.title = lead + absolute(at);
      }}
    >
      {children}
    </time>
  );
}

/** "3 min ago". */
export function Ago({ at }: { at: Instant }) {
  const now = useNow(5000);
  return <Moment at={at}>{ago(at, Math.max(now, Date.now() - 5000))}</Moment>;
}

/** How long since; ticks, by the minute after the first. */
export function Since({ at }: { at: Instant }) {
  const now = useNow();
  const seconds = (Math.max(now, toDate(at).getTime()) - toDate(at).getTime()) / 1000;
  return (
    <Moment at={at} lead="since ">
      {duration(seconds < 60 ? seconds : seconds - (seconds % 60))}
    </Moment>
  );
}

export function At({ at, format = absolute }: { at: Instant; format?: (at: Instant) => string }) {
  return <Moment at={at}>{format(at)}</Moment>;
}
