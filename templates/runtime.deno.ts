import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseEnv } from 'node:util';

/** What the code around it asks of Deno. */

/** Where a person puts settings. */
export const SETTINGS = '.env or the environment';

let file: Record<string, string | undefined> = {};

/** Takes `.env` of the working directory, where it is there and may be read (Deno's own would win over what is really set). */
export function loadEnvFile(): void {
  try {
    file = parseEnv(readFileSync('.env', 'utf8'));
  } catch (error) {
    const { code, name } = error as { code?: unknown; name?: unknown };
    if (code !== 'ENOENT' && name !== 'NotCapable') throw error;
  }
}

/** A variable of the environment. */
export function setting(name: string): string | undefined {
  return process.env[name] ?? file[name];
}

/** How to ask another server itself. */
export const UNCACHED = { cache: 'no-store' } as const;

/** SHA-256 of a text. */
export function digest(text: string): Promise<string> {
  return Promise.resolve(createHash('sha256').update(text).digest('base64'));
}

/** Whoever asks while it runs gets the same answer. */
export function shared<T>(run: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined;
  return () => (pending ??= run().finally(() => (pending = undefined)));
}

/** Writes a line to stderr. */
export function writeLine(line: string): void {
  process.stderr.write(`${line}\n`);
}
