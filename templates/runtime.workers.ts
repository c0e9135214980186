/** What the code around it asks of Cloudflare Workers. Nothing here needs `nodejs_compat`. */

/** Where a person puts settings. */
export const SETTINGS = '.dev.vars (wrangler dev) or `vars` of the wrangler configuration';

let environment: Record<string, unknown> = {};

/** The runtime hands the environment over with each request; it is the same for all of a deployment. */
export function useEnvironment(env: unknown): void {
  environment = (env ?? {}) as Record<string, unknown>;
}

/** Wrangler has loaded everything. */
export function loadEnvFile(): void {}

/** A variable of the environment. */
export function setting(name: string): string | undefined {
  const value = environment[name];
  return typeof value === 'string' ? value : undefined;
}

/** How to ask another server itself: keys are not what this runtime caches, and before 2024-11-11 it knows no `cache`. */
export const UNCACHED = {};

/** SHA-256 of a text. */
export async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}

/** One run for all who ask, and how it has ended. */
interface Run<T> {
  end?: { value: T } | { error: unknown };
}

/** Looks of a request at a run that another one has begun, and milliseconds between them. */
const LOOKS = 100;
const PAUSE = 30;

/**
 * Whoever asks while it runs gets the same answer. A request must not wait for a promise of another one, with which it
 * would be ended; so it looks, by a clock of its own, and does the work itself if nobody else ends it.
 */
export function shared<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Run<T> | undefined;
  return async () => {
    const other = running;
    for (let look = 0; other && !other.end && look < LOOKS; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    if (other?.end) return result(other.end);
    const own: Run<T> = (running = {});
    own.end = await run().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if (running === own) running = undefined;
    return result(own.end);
  };
}

function result<T>(end: { value: T } | { error: unknown }): T {
  if ('value' in end) return end.value;
  throw end.error;
}

/** Writes a line to the log: `wrangler dev`, `wrangler tail`, Workers Logs. */
export function writeLine(line: string): void {
  console.log(line);
}
