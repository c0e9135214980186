import { stateUnreadable, type AuthRecord } from '../apply/state.ts';
import { readAuthState } from '../dev/settings.ts';
import { envValue } from '../edit/env.ts';
import { CliError } from '../errors.ts';
import { isRecord } from '../is-record.ts';
import { createReader } from '../project/read.ts';
import { settingsFileOf } from '../project/settings-file.ts';
import { DEFAULT_LOCAL_ISSUER } from '../providers/local.ts';
import { tokenFactsOf } from '../providers/token-facts.ts';
import { checkIssuer } from '../providers/url.ts';

/** For what and from whom a project needs tokens. */
export interface TokenSettings {
  provider: string;
  issuer: string;
  resource: string;
  audience: string;
  /** All scopes of the project. */
  scopes: string[];
  /** What stands before each of them where it is asked for. */
  scopePrefix?: string;
  /** The public client that add-auth made where clients cannot register, and the port that it is called back at. */
  publicClient?: { id: string; port?: number };
  /** The client for test tokens, where add-auth made one. */
  testClient?: { id: string; secret: string };
}

/**
 * Reads what the server itself would go by: the environment, then its settings (`.env`), and what add-auth has decided for the rest.
 * @throws CliError `missing-answer` (not set up), `state-unreadable`, `invalid-url`
 */
export function readTokenSettings(root: string, env: NodeJS.ProcessEnv = process.env): TokenSettings {
  const auth = readAuthState(root);
  const file = readSettings(root, auth);
  const value = (name: string): string | undefined => env[name] || envValue(file, name) || undefined;
  const isAuth0 = auth.provider === 'auth0';
  const resource = value('MCP_RESOURCE_URL') ?? auth.resource;
  if (!URL.canParse(resource)) throw stateUnreadable('names no resource');
  const id = value(isAuth0 ? 'AUTH0_CLIENT_ID' : 'MCP_AUTH_CLIENT_ID');
  const secret = value(isAuth0 ? 'AUTH0_CLIENT_SECRET' : 'MCP_AUTH_CLIENT_SECRET');
  const prefix = isAuth0 ? undefined : value('MCP_AUTH_SCOPE_PREFIX');
  const publicClient = publicClientOf(auth);
  return {
    provider: auth.provider,
    issuer: isAuth0 ? auth0Issuer(value('AUTH0_DOMAIN'), auth) : standardIssuer(value('MCP_AUTH_ISSUER'), auth),
    resource,
    audience: value(isAuth0 ? 'AUTH0_AUDIENCE' : 'MCP_AUTH_AUDIENCE') ?? (auth.audience || resource),
    scopes: scopesOf(auth),
    ...(prefix !== undefined && { scopePrefix: prefix }),
    ...(publicClient !== undefined && { publicClient }),
    ...(id !== undefined && secret !== undefined && { testClient: { id, secret } }),
  };
}

function publicClientOf({ provider, remote, resource }: AuthRecord): TokenSettings['publicClient'] {
  const { step, port } = tokenFactsOf(provider);
  // Some steps have the server that they are for in their id.
  const made = step !== undefined && isRecord(remote) ? (remote[step] ?? remote[`${step}.${resource}`]) : undefined;
  const id = made?.ref;
  return id === undefined ? undefined : { id, ...(port !== undefined && { port }) };
}

function readSettings(root: string, auth: AuthRecord): string {
  const reader = createReader(root);
  try {
    return reader.text(settingsFileOf(reader, auth)) ?? '';
  } catch {
    return '';
  }
}

function standardIssuer(value: string | undefined, { provider, issuer }: AuthRecord): string {
  const known = value ?? (issuer || (provider === 'local' ? DEFAULT_LOCAL_ISSUER : undefined));
  if (!known) throw noIssuer('MCP_AUTH_ISSUER');
  return checkIssuer(known, value === undefined ? 'issuer of the state' : 'MCP_AUTH_ISSUER');
}

/** An issuer of Auth0 is its domain with a slash at the end. */
function auth0Issuer(value: string | undefined, { domain, issuer }: AuthRecord): string {
  const known = value ?? domain;
  if (known && isHost(known)) return `https://${known}/`;
  if (known) {
    const fix = 'Set the bare domain, for example AUTH0_DOMAIN=my-tenant.eu.auth0.com';
    throw new CliError('invalid-url', `AUTH0_DOMAIN is not a host name: ${known}`, fix);
  }
  if (issuer) return checkIssuer(issuer, 'issuer of the state');
  throw noIssuer('AUTH0_DOMAIN');
}

/** A host, with or without a port. */
function isHost(text: string): boolean {
  return URL.canParse(`https://${text}`) && new URL(`https://${text}`).host === text.toLowerCase();
}

const noIssuer = (name: string): CliError =>
  new CliError('missing-answer', `${name} is not set, so it is not known who issues tokens.`, 'Run add-auth again.');

/** People edit the state, so what is no list of texts counts for nothing. */
function scopesOf({ baseScopes, scopes, toolScopes }: AuthRecord): string[] {
  const lists: unknown[] = [baseScopes, scopes, ...Object.values(isRecord(toolScopes) ? toolScopes : {})];
  const all = lists.flatMap((list): unknown[] => (Array.isArray(list) ? list : []));
  return [...new Set(all.filter((scope): scope is string => typeof scope === 'string' && scope !== ''))];
}
