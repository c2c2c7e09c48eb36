import type { Problem } from './schema';

/** A refusal by the server, or a failure to reach it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;
  readonly fields: { field: string; message: string }[];

  constructor(problem: Partial<Problem>, status: number, retryAfter?: number) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.name = 'ApiError';
    this.status = status;
    this.code = problem.code ?? 'unknown';
    this.requestId = problem.request_id;
    this.retryAfter = retryAfter;
    this.fields = problem.errors ?? [];
  }
}

export async function problemOf(response: Response): Promise<ApiError> {
  const after = Number(response.headers.get('Retry-After'));
  let problem: Partial<Problem> = {};

  try {
    problem = (await response.json()) as Partial<Problem>;
  } catch {
    // a proxy's page, or nothing
  }

  return new ApiError(problem, response.status, after > 0 ? after : undefined);
}

export function unreachable(): ApiError {
  return new ApiError(
    { code: 'unreachable', detail: 'The server cannot be reached. Is the network there?' },
    0,
  );
}

/** One sentence that says what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something failed in this page. Reload it.';
  if (error.retryAfter && error.status === 429) {
    return `Too many attempts. Try again in ${waitText(error.retryAfter)}.`;
  }
  return error.message;
}

function waitText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
