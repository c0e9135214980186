import { CliError } from '../errors.ts';
import type { Detection } from '../types.ts';

const known = new WeakMap<CliError, Partial<Detection>>();

/** What had been found before detection gave up with this error: `--json` shows it as `project`. */
export function partialDetection(error: unknown): Partial<Detection> | undefined {
  return error instanceof CliError ? known.get(error) : undefined;
}

/** Runs a detection that puts what it finds into `partial` as it goes; an error of it remembers that. */
export function rememberingPartial<T>(detectInto: (partial: Partial<Detection>) => T): T {
  const partial: Partial<Detection> = {};
  try {
    return detectInto(partial);
  } catch (error) {
    if (error instanceof CliError) known.set(error, partial);
    throw error;
  }
}
