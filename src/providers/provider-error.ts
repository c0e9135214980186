import { CliError } from '../errors.ts';

/** The provider did not do what it was asked for. */
export class ProviderError extends CliError {
  /** Undefined when no answer came. */
  readonly status: number | undefined;

  constructor(status: number | undefined, message: string, fix: string, options?: { cause?: unknown }) {
    super('provider-refused', message, fix, options);
    this.status = status;
  }
}
