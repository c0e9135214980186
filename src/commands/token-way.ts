import { CliError } from '../errors.ts';
import type { KnownClient } from '../oauth/client.ts';
import type { LoginTarget } from '../oauth/flow.ts';
import { tokenFactsOf } from '../providers/token-facts.ts';
import type { TokenOptions } from './options.ts';
import type { TokenSettings } from './token-settings.ts';

/** How a token is come by. */
export type TokenWay =
  /** The client that the embedded authorization server keeps for this. */
  | { by: 'local' }
  /** Client credentials: asks nobody. */
  | { by: 'client'; target: LoginTarget; client: KnownClient & { secret: string } }
  /** Whoever sits at the keyboard logs in. */
  | { by: 'person'; target: LoginTarget; client?: KnownClient; port?: number };

export interface Surroundings {
  /** Value of ADD_AUTH_CLIENT_SECRET, which belongs to `--client-id`. */
  clientSecret?: string | undefined;
  /** Can somebody log in with a browser? */
  attended: boolean;
  /** Is this CI? There nobody reads along, whatever is asked for. */
  ci: boolean;
}

/**
 * A test client where there is one; else a person, where there is one. A login that nobody can finish is not started:
 * it would wait for minutes. Pure.
 * @throws CliError `missing-answer` when neither is there
 */
export function tokenWay(options: TokenOptions, settings: TokenSettings, around: Surroundings): TokenWay {
  const { provider, testClient, publicClient, scopePrefix = '' } = settings;
  const { takesAudience, grantsUnasked, onlyListedScopes, authMethod } = tokenFactsOf(provider);
  const asAsked = (name: string): string => (settings.scopes.includes(name) ? scopePrefix + name : name);
  const target: LoginTarget = {
    issuer: settings.issuer,
    resource: settings.resource,
    scopes: (options.scopes ?? settings.scopes).map((name) => asAsked(name)),
    ...(takesAudience && { audience: settings.audience }),
    ...(onlyListedScopes && { onlyListedScopes }),
  };
  const ofClient = grantsUnasked ? { ...target, scopes: options.scopes ?? [] } : target;
  const method = authMethod ? { authMethod } : {};

  const isAutomatic = options.clientId === undefined && !options.device;
  if (isAutomatic && provider === 'local') return { by: 'local' };
  if (isAutomatic && testClient) return { by: 'client', target: ofClient, client: { ...testClient, ...method } };

  const client = clientOf(options.clientId ?? publicClient?.id, options.clientId && around.clientSecret, method);
  // Who asks for a code has somebody read along.
  if (around.attended || (options.device && !around.ci)) {
    const port = options.port ?? (options.clientId === undefined ? publicClient?.port : undefined);
    return { by: 'person', target, ...(client && { client }), ...(port !== undefined && { port }) };
  }
  if (client?.secret !== undefined) {
    return { by: 'client', target: ofClient, client: { ...client, secret: client.secret } };
  }
  throw nobodyThere(settings);
}

function clientOf(
  id: string | undefined,
  secret: string | undefined,
  method: Pick<KnownClient, 'authMethod'>,
): KnownClient | undefined {
  return id === undefined ? undefined : { id, ...(secret && { secret }), ...method };
}

const nobodyThere = ({ provider, issuer }: TokenSettings): CliError =>
  new CliError(
    'missing-answer',
    `A token of ${issuer} needs somebody who logs in with a browser, and this run has no terminal.`,
    tokenFactsOf(provider).alone ??
      'Give a client that may use client credentials, --client-id ID with ADD_AUTH_CLIENT_SECRET set, or run it in a terminal.',
  );
