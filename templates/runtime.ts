import { createHash } from 'node:crypto';

/** What the code around it asks of Node.js; other runtimes have a file of this name of their own. */

/** Where a person puts settings. */
export const SETTINGS = '.env or the environment';

/** Takes `.env` of the working directory; what is set in the real environment wins. */
export function loadEnvFile(): void {
  // From Node 20.12, and younger than the type definitions of many projects.
  const { loadEnvFile: load } = process as { loadEnvFile?: () => void };
  try {
    load?.();
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
  }
}

/** A variable of the environment. */
export function setting(name: string): string | undefined {
  return process.env[name];
}

/** How to ask another server itself: Next.js would answer from its own cache. */
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

let waiting = '';

/** Writes a line to stderr. */
export function writeLine(line: string): void {
  // Lines of one turn of the event loop go out together: a write for each costs more than all the rest of the gate.
  if (waiting === '') setImmediate(flush);
  waiting += `${line}\n`;
}

function flush(): void {
  if (waiting !== '') process.stderr.write(waiting);
  waiting = '';
}
process.once('exit', flush);
