// Answers that are asked for before the code that wants them is there: on a slow
// net that code takes longer than they do.

import { API, authorizedFetch } from './session';

const asked = new Map<string, Promise<Response>>();

/** Of one that is not taken in ten seconds nothing is kept. */
export function askEarly(path: string) {
  const url = `${location.origin}${API}${path}`;
  const answer = authorizedFetch(new Request(url));
  answer.catch(() => {});
  asked.set(url, answer);
  setTimeout(() => asked.delete(url), 10_000);
}

/** As authorizedFetch(): what was asked for before is taken, once. */
export function fetchOrTake(request: Request): Promise<Response> {
  const answer = request.method === 'GET' ? asked.get(request.url) : undefined;
  if (!answer) return authorizedFetch(request);
  asked.delete(request.url);
  return answer;
}
