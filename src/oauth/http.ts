import * as oauth from 'oauth4webapi';
import { CliError } from '../errors.ts';
import { isLoopback } from './loopback.ts';

/** How requests are made. */
export interface Network {
  fetch?: typeof fetch;
  /** Ends what is under way, with the error it was aborted with. */
  signal?: AbortSignal;
}

/** Milliseconds for one request. */
const TIMEOUT = 15_000;

type Endpoint = 'authorization_endpoint' | 'token_endpoint' | 'registration_endpoint' | 'device_authorization_endpoint';

const FIXES: Record<Endpoint, string> = {
  authorization_endpoint: 'Enable the authorization code flow on the authorization server.',
  token_endpoint: 'Enable the authorization code flow on the authorization server.',
  registration_endpoint:
    'Register a client there yourself and give its id: --client-id ID; or enable dynamic client registration (RFC 7591).',
  device_authorization_endpoint: 'Leave --device out, and log in with a browser on this machine.',
};

/**
 * An endpoint of the metadata, safe to send something to or to open in a browser (OAuth 2.1 §1.5).
 * @throws CliError `issuer-unusable` when it is missing, no URL, or plain http on a public host
 */
export function requireEndpoint(metadata: oauth.AuthorizationServer, name: Endpoint): string {
  const value: unknown = metadata[name];
  if (typeof value !== 'string') {
    throw new CliError('issuer-unusable', `The metadata of ${metadata.issuer} name no ${name}.`, FIXES[name]);
  }
  if (!isSafeUrl(value)) {
    throw new CliError(
      'issuer-unusable',
      `The ${name} of ${metadata.issuer} is ${JSON.stringify(value)}, to which nothing may be sent.`,
      'Repair the metadata of the authorization server: its endpoints are https URLs.',
    );
  }
  return value;
}

/** https, or http that does not leave this machine. */
export function isSafeUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** Options for one request of oauth4webapi; plain http is allowed to this machine only. */
export function requestOptions<Body>(
  endpoint: string,
  { fetch, signal }: Network,
): oauth.HttpRequestOptions<'POST', Body> {
  const timeout = AbortSignal.timeout(TIMEOUT);
  return {
    [oauth.allowInsecureRequests]: isLoopback(new URL(endpoint).hostname),
    ...(fetch && { [oauth.customFetch]: fetch as never }),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  };
}

/** Ends the waiting for a promise that does not know of the signal. @throws what the signal was aborted with */
export async function untilAborted<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> {
  if (!signal) return promise;
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([promise, aborted]);
}
