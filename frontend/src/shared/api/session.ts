// Who is signed in.  The access token lives in this variable and nowhere else;
// the refresh token is a cookie that scripts cannot read.

import { type ApiError, problemOf, unreachable } from './problem';
import type { Tokens, User } from './schema';

export const API = '/api/v1';

type State = { user: User | null; ended: boolean };

let state: State = { user: null, ended: false };
let token = '';
let freshUntil = 0;
let refreshing: Promise<void> | null = null;
const listeners = new Set<() => void>();

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('session');

channel?.addEventListener('message', (event) => {
  if (event.data === 'signed-out' && state.user) clear(true);
});

function set(next: State) {
  state = next;
  for (const listener of listeners) listener();
}

function clear(ended: boolean) {
  token = '';
  freshUntil = 0;
  set({ user: null, ended });
}

export function accept(tokens: Tokens) {
  token = tokens.access_token;
  // a little early: the clock of this machine and the way there
  freshUntil = Date.now() + Math.max(tokens.expires_in - 30, 5) * 1000;
  const same = JSON.stringify(state.user) === JSON.stringify(tokens.user);
  if (!same || state.ended) set({ user: same ? state.user : tokens.user, ended: false });
}

/** Tells the other tabs, too. */
export function signedOut() {
  clear(false);
  channel?.postMessage('signed-out');
}

export function updateUser(user: User) {
  set({ ...state, user });
}

export function currentUser(): User | null {
  return state.user;
}

// for useSession(): what runs before the page has no use for React
export const session = {
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  snapshot: () => state,
};

// One tab at a time: the cookie is good once.
function exclusively(work: () => Promise<void>): Promise<void> {
  if (navigator.locks) {
    return Promise.resolve(navigator.locks.request('session-refresh', work)).then(() => {});
  }
  return work();
}

async function refreshNow(): Promise<void> {
  let response: Response;

  try {
    response = await fetch(`${API}/auth/refresh`, { method: 'POST' });
  } catch {
    throw unreachable();
  }

  if (response.ok) {
    accept((await response.json()) as Tokens);
    return;
  }

  const error = await problemOf(response);
  if (response.status === 401 || response.status === 403) clear(state.user !== null);
  throw error;
}

function refresh(): Promise<void> {
  refreshing ??= exclusively(refreshNow).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

let early: Promise<boolean> | undefined;

/** Before the page is there; the first restore() takes what it finds. */
export function restoreEarly(): Promise<boolean> {
  early = restore();
  return early;
}

/** At the start: true when somebody is signed in.  Throws when the server is away. */
export async function restore(): Promise<boolean> {
  if (state.user) return true;
  const asked = early;
  early = undefined;
  if (asked) return asked;

  try {
    await refresh();
    return true;
  } catch (error) {
    const status = (error as ApiError).status;
    if (status === 401 || status === 403) return false;
    throw error;
  }
}

/** fetch() with a token that is fresh; once again when it was refused. */
export async function authorizedFetch(request: Request): Promise<Response> {
  const again = request.clone();

  if (token && Date.now() > freshUntil) await refresh();

  const response = await send(request);
  if (response.status !== 401 || !token) return response;

  await refresh();
  return send(again);
}

async function send(request: Request): Promise<Response> {
  if (token) request.headers.set('Authorization', `Bearer ${token}`);

  try {
    return await fetch(request);
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw unreachable();
  }
}
