import { CliError } from '../../errors.ts';
import { discover, DiscoveryError, type Discovery } from '../../oauth/discovery.ts';
import { getJson } from '../../oauth/get-json.ts';
import type { Warning } from '../../types.ts';
import { DEFAULT_API } from './management-url.ts';
import { hostedIssuer } from './target.ts';

export interface IssuerQuestion {
  ref: string;
  /** `--issuer`: then there is nothing to find. */
  given: string | undefined;
  /** Base URL of the Management API. */
  api: string;
  /** Host of the project's database, as the Management API tells it. */
  databaseHost: string | undefined;
  /** `SUPABASE_URL`, as apps of the project have it in their environment. */
  supabaseUrl: string | undefined;
}

export interface IssuerFound {
  issuer: string;
  /** Whether its JWKS has a key that others can verify with; `undefined` when it cannot be read. */
  publishesKey: boolean | undefined;
  warnings: Warning[];
}

/**
 * Finds the issuer of a project, and reads its metadata and keys as far as they can be reached. A project hosted by
 * Supabase is where its reference says; only with a Management API of one's own (`SUPABASE_API_URL`) may it be elsewhere.
 * @throws CliError `issuer-unusable` when the metadata names another issuer
 */
export async function findIssuer(question: IssuerQuestion): Promise<IssuerFound> {
  const candidates = issuerCandidates(question);
  let first: DiscoveryError | undefined;
  for (const candidate of candidates) {
    try {
      const discovery = await discover(candidate);
      return { issuer: discovery.issuer, publishesKey: await publishesKey(discovery), warnings: [] };
    } catch (error) {
      if (!(error instanceof DiscoveryError)) throw error;
      first ??= error;
      if (candidates.length === 1 && error.problem === 'issuer-mismatch') throw error;
    }
  }
  const issuer = question.given ?? hostedIssuer(question.ref);
  const message = `The metadata of ${issuer} could not be read: ${first?.message ?? ''}`;
  const fix = 'When clients cannot log in later, run add-auth doctor; --issuer says where Auth is if it is elsewhere.';
  return { issuer, publishesKey: undefined, warnings: [{ message, fix }] };
}

function issuerCandidates({ ref, given, api, databaseHost, supabaseUrl }: IssuerQuestion): string[] {
  if (given !== undefined) return [given];
  const hosted = hostedIssuer(ref);
  if (api === DEFAULT_API) return [hosted];
  const fromDatabase = databaseHost?.startsWith(`db.${ref}.`) ? `https://${databaseHost.slice(3)}/auth/v1` : undefined;
  const found = [
    supabaseUrl !== undefined && URL.canParse(supabaseUrl) ? `${supabaseUrl.replace(/\/+$/, '')}/auth/v1` : undefined,
    fromDatabase === hosted ? undefined : fromDatabase,
    // Self-hosted, one gateway serves all of it.
    `${new URL(api).origin}/auth/v1`,
    hosted,
  ];
  return [...new Set(found.filter((issuer) => issuer !== undefined))];
}

/** Secrets (`oct`) are never published, so a project that signs with its legacy secret has an empty key set. */
async function publishesKey({ issuer, metadata }: Discovery): Promise<boolean | undefined> {
  const uri = typeof metadata.jwks_uri === 'string' ? metadata.jwks_uri : `${issuer}/.well-known/jwks.json`;
  if (!URL.canParse(uri)) throw noKeys(issuer);
  const { json } = await getJson(uri);
  const keys: unknown = json?.['keys'];
  if (!Array.isArray(keys)) return undefined;
  return keys.some((key: { kty?: unknown } | null) => ['EC', 'RSA', 'OKP'].includes(String(key?.kty)));
}

function noKeys(issuer: string): CliError {
  return new CliError('issuer-unusable', `The jwks_uri of ${issuer} is no URL.`, 'Repair the metadata of the project.');
}
