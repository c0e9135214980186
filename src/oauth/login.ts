import type { AuthorizationServer } from 'oauth4webapi';
import type { KnownClient } from './client.ts';
import { codeFlow } from './code-flow.ts';
import { deviceFlow, type DeviceCode } from './device-flow.ts';
import { discover, type Discovery } from './discovery.ts';
import type { Flow, Login, LoginTarget } from './flow.ts';
import { requireEndpoint, untilAborted, type Network } from './http.ts';
import { atStep, LoginError, type LoginHooks } from './login-step.ts';
import type { ReleaseHooks } from './release.ts';
import { findResource } from './resource-metadata.ts';

export type { Login, LoginTarget } from './flow.ts';
export { LoginError, type LoginStep } from './login-step.ts';

export interface LoginOptions extends LoginHooks, ReleaseHooks, Network {
  /** Shows the login page to whoever logs in; need not wait for the end of it. */
  openBrowser(url: string): Promise<void> | void;
  /** Given: no client is registered. */
  client?: KnownClient;
  clientName?: string;
  /** Port of the redirect URI, for servers that compare it; a free one by default. */
  port?: number;
  /** Milliseconds until the person must be back; five minutes by default. */
  timeout?: number;
  /** The device flow in place of the browser on this machine. */
  device?: { when: 'always' | 'if-offered'; showCode(code: DeviceCode): void };
}

const TIMEOUT = 5 * 60_000;

/**
 * Logs in the way an MCP client does: challenge, protected resource metadata, authorization server metadata,
 * registration, PKCE with the resource, a loopback redirect, token (MCP authorization; OAuth 2.1; RFC 9728, 8414,
 * 7591, 7636, 8707, 9207, 8252 §7.3).
 * @param options `resourceUrl`: the MCP endpoint, as a client types it; `scopes`: asked for instead of what the
 *   server's challenge or metadata name; hooks that hear of each step
 * @throws LoginError (a CliError) with the `step` that failed: `issuer-unreachable`, `issuer-unusable`,
 *   `provider-refused` (the authorization server or the person said no), `verification-failed`, `interrupted`
 */
export async function login(options: LoginOptions & { resourceUrl: string; scopes?: string[] }): Promise<Login> {
  const { resourceUrl } = options;
  const found = await atStep(
    'resource',
    `Asking ${resourceUrl} where to log in`,
    { hooks: options, context: { issuer: resourceUrl } },
    () => untilAborted(options.signal, findResource(resourceUrl, options.fetch ? { fetch: options.fetch } : {})),
    ({ issuer, scopes }) => ({ issuer, scopes }),
  );
  return logInAt({ ...found, scopes: options.scopes ?? found.scopes }, options);
}

/**
 * The same from the authorization server on, for whoever knows issuer and resource: the MCP server need not run.
 * @throws LoginError
 */
export async function logInAt(target: LoginTarget, options: LoginOptions): Promise<Login> {
  const { clientName = 'add-auth', timeout = TIMEOUT, device } = options;
  const { metadata, useDevice } = await atStep(
    'discovery',
    `Reading the metadata of ${target.issuer}`,
    { hooks: options, context: target },
    () => untilAborted(options.signal, chooseFlow(target, options)),
    ({ url }) => ({ url }),
  );
  const flow: Flow = { target, metadata, scopes: scopesFor(target, metadata), network: options, hooks: options };
  const byCode = (): Promise<Login> => codeFlow(flow, { ...options, clientName, timeout });
  if (!device || !useDevice) return byCode();
  const byDevice = deviceFlow(flow, { ...options, clientName, showCode: device.showCode });
  return device.when === 'always' ? byDevice : byDevice.catch((error: unknown) => insteadOfDevice(error, byCode));
}

/** The server has a device flow, but not for this client, or for none that registers itself. */
function insteadOfDevice(error: unknown, byCode: () => Promise<Login>): Promise<Login> {
  const mayNot = error instanceof LoginError && (error.step === 'registration' || error.step === 'authorization');
  if (mayNot && error.code === 'provider-refused') return byCode();
  throw error;
}

/** Nothing is registered, and nobody is sent anywhere, before the endpoints of the whole flow are known. */
async function chooseFlow(
  { issuer }: LoginTarget,
  { client, device, fetch }: LoginOptions,
): Promise<Discovery & { useDevice: boolean }> {
  const found = await discover(issuer, fetch ? { fetch } : {});
  const { metadata } = found;
  const offered = metadata.device_authorization_endpoint !== undefined;
  const useDevice = device !== undefined && (device.when === 'always' || offered);
  requireEndpoint(metadata, useDevice ? 'device_authorization_endpoint' : 'authorization_endpoint');
  requireEndpoint(metadata, 'token_endpoint');
  if (!client) requireEndpoint(metadata, 'registration_endpoint');
  return { ...found, useDevice };
}

function scopesFor({ scopes, onlyListedScopes }: LoginTarget, metadata: AuthorizationServer): string[] {
  if (!onlyListedScopes) return scopes;
  const listed = metadata.scopes_supported ?? [];
  return scopes.filter((scope) => listed.includes(scope));
}
