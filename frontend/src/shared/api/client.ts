// The typed client: paths and bodies are those of src/api/openapi.json.

import createClient from 'openapi-fetch';
import { problemOf } from './problem';
import type { paths } from './schema';
import { API, authorizedFetch } from './session';

export const api = createClient<paths, 'application/json'>({
  baseUrl: `${location.origin}${API}`,
  fetch: authorizedFetch,
});

api.use({
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
    return response;
  },
});

/** The data of an answer; refusals were thrown as ApiError before. */
export async function data<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}

type Options = { query?: Record<string, string | number | undefined>; body?: unknown };

/** For what the document does not have yet: untyped paths. */
export async function rest<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const url = new URL(`${API}${path}`, location.origin);
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
  }

  const response = await authorizedFetch(
    new Request(url, {
      method,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      headers: options.body === undefined ? {} : { 'Content-Type': 'application/json' },
    }),
  );

  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}
