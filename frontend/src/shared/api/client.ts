// The typed client: paths and bodies are those of src/api/openapi.json.

import createClient from 'openapi-fetch';
import { fetchOrTake } from './early';
import { problemOf } from './problem';
import type { paths } from './schema';
import { API } from './session';

export const api = createClient<paths, 'application/json'>({
  baseUrl: `${location.origin}${API}`,
  fetch: fetchOrTake,
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
