import { setTimeout as sleep } from 'node:timers/promises';
import * as oauth from 'oauth4webapi';
import { CliError } from '../errors.ts';
import { knownClient, registerClient, type FlowClient, type KnownClient } from './client.ts';
import { evidenceOf, targetParameters, toLogin, type Flow, type Login } from './flow.ts';
import { isSafeUrl, requestOptions, requireEndpoint } from './http.ts';
import { atStep } from './login-step.ts';
import type { RefusalContext } from './refusal.ts';
import { releaseClient, type ReleaseHooks } from './release.ts';

/** What a person has to type where. */
export interface DeviceCode {
  url: string;
  /** The same page with the code filled in, where the server has one. */
  completeUrl?: string;
  code: string;
  /** Seconds. */
  expiresIn: number;
}

export interface DeviceFlowOptions extends ReleaseHooks {
  showCode(code: DeviceCode): void;
  client?: KnownClient;
  clientName: string;
}

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
/** RFC 8628 §3.2: seconds between two questions when the server names none, and what `slow_down` adds (§3.5). */
const INTERVAL = 5;

/**
 * Device authorization (RFC 8628): the person logs in on whatever device has a browser.
 * @throws LoginError
 */
export async function deviceFlow(flow: Flow, options: DeviceFlowOptions): Promise<Login> {
  const { metadata, network, target, hooks } = flow;
  const grant = DEVICE_GRANT;
  const as = options.client
    ? knownClient(metadata, options.client)
    : await atStep(
        'registration',
        `Registering a client at ${String(metadata.registration_endpoint ?? target.issuer)}`,
        { hooks, context: { ...target, grant } },
        () => registerClient(metadata, deviceClient(options.clientName), network),
        ({ client }) => ({ clientId: client.client_id }),
      );
  const context = { ...target, scopes: flow.scopes, grant, clientId: as.client.client_id, secrets: as.secrets };
  try {
    const started = await atStep(
      'authorization',
      `Asking ${target.issuer} for a code`,
      { hooks, context },
      () => start(flow, as),
      ({ expires_in: expiresIn }) => ({ expiresIn }),
    );
    options.showCode(shownCode(started));
    const what = `Waiting for the login at ${target.issuer}`;
    return await atStep('token', what, { hooks, context }, () => poll(flow, as, started, context), evidenceOf);
  } finally {
    await releaseClient(as, options);
  }
}

const deviceClient = (name: string): Partial<oauth.OmitSymbolProperties<oauth.Client>> => ({
  client_name: name,
  redirect_uris: [],
  grant_types: [DEVICE_GRANT],
  response_types: [],
});

async function start(flow: Flow, { client, auth }: FlowClient): Promise<oauth.DeviceAuthorizationResponse> {
  const { metadata, network } = flow;
  const http = requestOptions(requireEndpoint(metadata, 'device_authorization_endpoint'), network);
  const response = await oauth.deviceAuthorizationRequest(metadata, client, auth, targetParameters(flow), http);
  const started = await oauth.processDeviceAuthorizationResponse(metadata, client, response);
  if (isSafeUrl(started.verification_uri)) return started;
  throw new CliError(
    'issuer-unusable',
    `${flow.target.issuer} wants people to log in at ${JSON.stringify(started.verification_uri)}, which is no https URL.`,
    'Repair the device flow of the authorization server (RFC 8628 §3.2).',
  );
}

function shownCode(started: oauth.DeviceAuthorizationResponse): DeviceCode {
  const complete = started.verification_uri_complete;
  return {
    url: new URL(started.verification_uri).href,
    ...(complete !== undefined && isSafeUrl(complete) && { completeUrl: new URL(complete).href }),
    code: started.user_code.replace(/[^ -~]/g, ''),
    expiresIn: started.expires_in,
  };
}

/** Asks until the person has answered, or the code has run out (RFC 8628 §3.4, §3.5). */
async function poll(
  flow: Flow,
  { client, auth }: FlowClient,
  started: oauth.DeviceAuthorizationResponse,
  { issuer }: RefusalContext,
): Promise<Login> {
  const { metadata, network } = flow;
  const endpoint = requireEndpoint(metadata, 'token_endpoint');
  const end = Date.now() + started.expires_in * 1000;
  let interval = started.interval ?? INTERVAL;
  for (;;) {
    await pause(interval * 1000, network.signal);
    if (Date.now() >= end) throw ranOut(issuer);
    try {
      const response = await oauth.deviceCodeGrantRequest(metadata, client, auth, started.device_code, {
        ...requestOptions(endpoint, network),
        additionalParameters: { resource: flow.target.resource },
      });
      return toLogin(flow, client.client_id, await oauth.processDeviceCodeResponse(metadata, client, response));
    } catch (error) {
      interval = nextInterval(error, interval);
    }
  }
}

/** @throws the error itself when waiting does not help */
function nextInterval(error: unknown, interval: number): number {
  if (error instanceof oauth.ResponseBodyError && error.error === 'authorization_pending') return interval;
  if (error instanceof oauth.ResponseBodyError && error.error === 'slow_down') return interval + INTERVAL;
  // A connection that times out: ask less often, and go on.
  if (error instanceof Error && error.name === 'TimeoutError') return interval * 2;
  throw error;
}

/** @throws what the signal was aborted with */
async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, signal ? { signal } : {}).catch(() => undefined);
  if (signal?.aborted) throw signal.reason;
}

const ranOut = (issuer: string): CliError =>
  new CliError(
    'provider-refused',
    `The code of ${issuer} ran out before anybody logged in with it.`,
    'Run it again and enter the code before it runs out.',
  );
