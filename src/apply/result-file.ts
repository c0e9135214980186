import { writeFileSync } from 'node:fs';
import { CliError } from '../errors.ts';
import { codeOf } from './disk.ts';

/**
 * Writes what a run has found to a file that the user named; one that is there is replaced.
 * @throws CliError `not-writable`
 */
export function writeResultFile(file: string, content: string): void {
  try {
    writeFileSync(file, content);
  } catch (cause) {
    const reason = codeOf(cause) ?? 'unknown reason';
    throw new CliError(
      'not-writable',
      `${file} cannot be written (${reason}).`,
      'Name a file in a directory that exists and is yours.',
      { cause },
    );
  }
}
