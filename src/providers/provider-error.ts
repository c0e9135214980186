import { CliError } from '../errors.ts';

/** What to do after a refusal that was not about what was asked; to follow `then`. */
export const AGAIN = 'run the same command again; it goes on where it stopped';

/** The provider did not do what it was asked for. */
export class ProviderError extends CliError {
  /** Undefined when no answer came. */
  readonly status: number | undefined;

  constructor(status: number | undefined, message: string, fix: string, options?: { cause?: unknown }) {
    super('provider-refused', message, fix, options);
    this.status = status;
  }
}
