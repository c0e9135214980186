import { createHash } from 'node:crypto';

/** sha256 in hex, `null` for a file that is not there. */
export function hashOf(bytes: Buffer): string;
export function hashOf(bytes: Buffer | null): string | null;
export function hashOf(bytes: Buffer | null): string | null {
  return bytes === null ? null : createHash('sha256').update(bytes).digest('hex');
}

/** Whether two contents are the same; `null` stands for no file. */
export function sameBytes(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}
