/** What went wrong between asking for a JSON document and having it. */
export type FetchProblem =
  'dns' | 'refused' | 'tls' | 'timeout' | 'network' | 'redirect' | 'status' | 'html' | 'invalid-json' | 'insecure';

/** One request, as evidence: what was asked for and what came back. */
export interface Attempt {
  url: string;
  status?: number;
  contentType?: string;
  /** Target of a redirect, absolute when it can be resolved. */
  location?: string;
  problem?: FetchProblem;
  /** Error code of the system or of TLS (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), or what the parser said. */
  detail?: string;
}

export interface GetJsonOptions {
  /** Milliseconds for the whole exchange; 5000 by default. */
  timeout?: number;
  fetch?: typeof fetch;
}

/** Metadata and key sets are a few kilobytes; more is something else. */
const MAX_CHARS = 1_000_000;

/**
 * GETs a JSON object without following redirects: metadata and keys decide whom the server trusts, so they are taken
 * from the URL that was asked for and nowhere else.
 * @returns the object, if there is one, and what happened; never throws
 */
export async function getJson(
  url: string,
  options: GetJsonOptions = {},
): Promise<{ attempt: Attempt; json?: Record<string, unknown> }> {
  const attempt: Attempt = { url };
  try {
    const response = await (options.fetch ?? fetch)(url, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(options.timeout ?? 5000),
    });
    attempt.status = response.status;
    const contentType = response.headers.get('content-type');
    if (contentType !== null) attempt.contentType = contentType;
    if (response.status >= 300 && response.status < 400) {
      const location = response.headers.get('location');
      if (location !== null) attempt.location = URL.canParse(location, url) ? new URL(location, url).href : location;
      await response.body?.cancel();
      return { attempt: { ...attempt, problem: 'redirect' } };
    }
    const text = (await response.text()).slice(0, MAX_CHARS);
    if (response.status !== 200) return { attempt: { ...attempt, problem: 'status' } };
    return readObject(text, attempt);
  } catch (error) {
    return { attempt: { ...attempt, ...networkProblem(error) } };
  }
}

function readObject(text: string, attempt: Attempt): { attempt: Attempt; json?: Record<string, unknown> } {
  if (text.trimStart().startsWith('<')) return { attempt: { ...attempt, problem: 'html' } };
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
      return { attempt, json: json as Record<string, unknown> };
    }
    return { attempt: { ...attempt, problem: 'invalid-json', detail: 'it is not a JSON object' } };
  } catch (error) {
    return { attempt: { ...attempt, problem: 'invalid-json', detail: (error as Error).message } };
  }
}

const TLS_CODES = ['UNABLE_TO_', 'SELF_SIGNED_', 'DEPTH_ZERO_', 'CERT_', 'ERR_TLS_', 'ERR_SSL_', 'HOSTNAME_MISMATCH'];

/** Reads the system's error code out of what fetch throws (`TypeError: fetch failed` with the reason as its cause). */
export function networkProblem(error: unknown): { problem: FetchProblem; detail: string } {
  const chain: { code?: unknown; name?: unknown; message?: unknown }[] = [];
  for (let at: unknown = error; typeof at === 'object' && at !== null; at = (at as { cause?: unknown }).cause) {
    chain.push(at);
    if (at instanceof AggregateError) chain.push(...(at.errors as object[]));
  }
  const code = chain.map((link) => link.code).find((value) => typeof value === 'string') ?? '';
  const detail = code || String(chain.at(-1)?.message ?? error);
  if (chain.some((link) => link.name === 'TimeoutError' || link.name === 'AbortError') || code.endsWith('_TIMEOUT')) {
    return { problem: 'timeout', detail: 'no answer in time' };
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return { problem: 'dns', detail };
  if (code === 'ECONNREFUSED') return { problem: 'refused', detail };
  if (code === 'EPROTO' || TLS_CODES.some((start) => code.startsWith(start))) return { problem: 'tls', detail };
  return { problem: 'network', detail };
}
