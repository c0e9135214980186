import { setTimeout as delay } from 'node:timers/promises';
import { networkProblem } from '../oauth/get-json.ts';
import { retryAfter } from './retry-after.ts';

const MAX_WAIT_SECONDS = 60;
const MAX_WAITS = 4;
const TIMEOUT_MS = 30_000;

/**
 * `fetch` as a good guest of a shared API: it waits as a 429 says (a while, not for ever) and repeats reads that were
 * cut off. Writes are never repeated: nobody knows whether the first one counted. No redirects: there are credentials.
 * @param onWait is told the seconds before each wait
 * @param isRead tells requests that change nothing, where the method does not
 */
export function patient(
  send: typeof fetch,
  onWait: (seconds: number) => void,
  isRead: (init: RequestInit) => boolean = ({ method = 'GET' }) => method.toUpperCase() === 'GET',
): typeof fetch {
  return async (input, init = {}) => {
    let waits = 0;
    let mayRepeat = isRead(init);
    for (;;) {
      const answer = await exchange(send, input, init).catch((error: unknown) => error as Error);
      if (answer instanceof Error || answer.status >= 500) {
        if (mayRepeat) {
          mayRepeat = false;
          await delay(500);
          continue;
        }
        if (answer instanceof Error) throw answer;
        return answer;
      }
      const seconds = answer.status === 429 ? secondsToWait(answer.headers, waits) : Infinity;
      if (seconds > MAX_WAIT_SECONDS || waits >= MAX_WAITS) return answer;
      waits++;
      onWait(seconds);
      await delay(seconds * 1000);
    }
  };
}

/** One exchange, to the last byte of the answer. @throws Error with a word or two on why there is no usable one */
async function exchange(send: typeof fetch, input: Parameters<typeof fetch>[0], init: RequestInit): Promise<Response> {
  let response: Response;
  let text: string;
  try {
    response = await send(input, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    text = await response.text();
  } catch (error) {
    throw new Error(networkProblem(error).detail, { cause: error });
  }
  if (response.ok && text !== '' && !isJson(text)) throw new Error('the answer is not JSON');
  const { status, headers } = response;
  return new Response(text === '' ? null : text, { status, headers });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** How long the provider asks to wait; a reset is a time in seconds since 1970, by two names (Auth0's and Okta's). */
export function secondsToWait(headers: Headers, waits = 0): number {
  const reset = Number(headers.get('x-ratelimit-reset') ?? headers.get('x-rate-limit-reset') ?? Number.NaN);
  const told = retryAfter(headers) ?? reset - Date.now() / 1000;
  if (Number.isNaN(told)) return 2 ** waits;
  // A clock that differs from theirs must not make us knock at once, again and again.
  return Math.max(Math.ceil(told * 10) / 10, 0.5 * (waits + 1));
}
