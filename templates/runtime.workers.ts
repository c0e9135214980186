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

/** SHA-256 of a text. */
export async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}

/** A request must not wait for what another one has begun: the runtime ends that with it. */
export function shared<T>(run: () => Promise<T>): () => Promise<T> {
  return run;
}

/** Writes a line to the log: `wrangler dev`, `wrangler tail`, Workers Logs. */
export function writeLine(line: string): void {
  console.log(line);
}
