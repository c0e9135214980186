/** The API answered, and the answer was no; or there was no answer (`status` 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  /** @param operation what was tried, to follow `could not`: `create the API https://…` */
  constructor(
    readonly operation: string,
    readonly status: number,
    message: string,
    /** Auth0's own code: `insufficient_scope`, `inexistent_resource_server`, … */
    readonly code: string = '',
  ) {
    super(message);
  }
}

/** What was to be created is there already. */
export const isConflict = (error: unknown): boolean => error instanceof ApiError && error.status === 409;
