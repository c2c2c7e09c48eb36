// What changes while one looks.  One tab of a browser holds the stream (a Web
// Lock chooses it) and tells the others; without a stream it asks for changes
// every 10 seconds, every 60 when hidden.  Pages never depend on it.

import { useSyncExternalStore } from 'react';
import { ApiError } from './problem';
import type { Status } from './schema';
import { API, authorizedFetch } from './session';
import { readEvents } from './sse';

type ChangedMonitor = {
  id: number;
  version: number;
  name: string;
  status: Status;
  status_since: string;
  last_check: {
    checked_at: string;
    outcome: string;
    cause: string | null;
    http_status: number | null;
    latency_ms: number | null;
  } | null;
  cert_expires_at: string | null;
};

export type Changes = {
  monitors: ChangedMonitor[];
  deleted: number[];
  resync: boolean;
  /** of a stream that had nothing to go on from */
  first?: boolean;
  next: string;
};

type LiveState = { state: 'starting' | 'live' | 'reconnecting'; lastAt: number };

let live: LiveState = { state: 'starting', lastAt: 0 };
const listeners = new Set<() => void>();

function setLive(state: LiveState['state']) {
  const lastAt = state === 'live' ? Date.now() : live.lastAt;
  const changed = state !== live.state;
  live = { state, lastAt };
  if (changed) for (const listener of listeners) listener();
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => live,
  );
}

const silence = 45_000;

/** Starts; what it returns ends it. */
export function startLive(onChanges: (changes: Changes) => void): () => void {
  const end = new AbortController();
  const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('live');

  // the next tab that holds the stream goes on where this one was
  const place = { since: '' };

  tabs?.addEventListener('message', ({ data }) => {
    if (data.changes) {
      place.since = data.changes.next || place.since;
      onChanges(data.changes);
    }
    setLive(data.state);
  });

  function tell(state: LiveState['state'], changes?: Changes) {
    if (end.signal.aborted) return;
    if (changes) onChanges(changes);
    setLive(state);
    tabs?.postMessage({ state, changes });
  }

  const lead = () => follow(end.signal, tell, place);
  const done = navigator.locks
    ? navigator.locks.request('uptime-live', { signal: end.signal }, lead)
    : lead();
  Promise.resolve(done).catch(() => {});

  return () => {
    end.abort();
    tabs?.close();
    live = { state: 'starting', lastAt: 0 };
  };
}

type Tell = (state: LiveState['state'], changes?: Changes) => void;

async function follow(signal: AbortSignal, tell: Tell, place: { since: string }): Promise<void> {
  let failures = 0;
  let stream = true;

  while (!signal.aborted) {
    try {
      if (stream) {
        await listen(
          signal,
          place.since,
          (changes) => {
            failures = 0;
            const first = place.since === '';
            place.since = changes.next || place.since;
            tell('live', { ...changes, first });
          },
          () => tell('live'),
        );
        // it ended in good order: another at once
        await pause(500, signal);
      } else {
        const changes = await poll(signal, place.since);
        failures = 0;
        const first = place.since === '';
        place.since = changes.next;
        tell('live', { ...changes, first });
        await pause(document.hidden ? 60_000 : 10_000, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      const status = error instanceof ApiError ? error.status : 0;
      if (status === 401) return;
      // no stream here, or too many of them: ask instead
      if (stream && (status === 404 || status === 429)) stream = false;
      else {
        failures += 1;
        if (failures > 1 || status === 0) tell('reconnecting');
        await pause(Math.min(1000 * 2 ** failures, 15_000) * (0.7 + 0.6 * Math.random()), signal);
      }
    }
  }
}

async function get(
  path: string,
  signal: AbortSignal,
  headers: Record<string, string>,
): Promise<Response> {
  const url = new URL(API + path, location.origin);
  const request = new Request(url, { signal, headers });
  const response = await authorizedFetch(request);
  if (!response.ok) throw new ApiError({}, response.status);
  return response;
}

async function listen(
  signal: AbortSignal,
  since: string,
  changed: (changes: Changes) => void,
  opened: () => void,
): Promise<void> {
  // a half-open connection says nothing: then it is given up
  const stop = new AbortController();
  const abort = () => stop.abort();
  signal.addEventListener('abort', abort);
  let timer = setTimeout(abort, silence);

  try {
    const response = await get('/events', stop.signal, {
      Accept: 'text/event-stream',
      ...(since ? { 'Last-Event-ID': since } : {}),
    });
    opened();
    await readEvents(
      response,
      (event) => {
        if (event.event !== 'changes') return;
        const changes = JSON.parse(event.data) as Partial<Changes>;
        changed({
          monitors: changes.monitors ?? [],
          deleted: changes.deleted ?? [],
          resync: changes.resync ?? false,
          next: changes.next ?? event.id,
        });
      },
      () => {
        clearTimeout(timer);
        timer = setTimeout(abort, silence);
      },
    );
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

async function poll(signal: AbortSignal, since: string): Promise<Changes> {
  const path = since ? `/changes?since=${encodeURIComponent(since)}` : '/changes';
  return (await get(path, signal, {})).json() as Promise<Changes>;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, ms);
    function finish() {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      removeEventListener('online', finish);
      resolve();
    }
    signal.addEventListener('abort', finish);
    addEventListener('online', finish);
  });
}
