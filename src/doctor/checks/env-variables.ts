import type { EnvPair } from '../../edit/env-parse.ts';
import type { ProjectEvidence } from '../static/types.ts';

/** A variable that the server reads, by what is known of it. */
export interface Variable {
  name: string;
  /** What it should be, as add-auth noted. */
  expected?: string | undefined;
  kind: 'url' | 'host' | 'text';
  /** It has to be set for the server to work. */
  isNeeded: boolean;
  /** Where the source reads it. */
  readAt?: string;
}

/** Variables of an authorization server or of the server's own address: what they are decides whether clients connect. */
const ABOUT_AUTH = ['ISSUER', 'AUDIENCE', 'JWKS', 'AUTH0_DOMAIN', 'OKTA_DOMAIN', 'COGNITO', 'TENANT_ID', 'KEYCLOAK'];
const ADDRESSES = ['PUBLIC_URL', 'BASE_URL', 'SERVER_URL', 'RESOURCE_URL', 'RESOURCE_SERVER_URL', 'MCP_URL'];
/** Addresses of others: of a database, of an API that tools call. */
const OF_OTHERS = ['DATABASE', 'REDIS', 'API_BASE', 'OPENAI', 'WEBHOOK'];

/** What the generated server reads, as the record has it; for other servers what their source reads about logins. */
export function variablesOf(of: ProjectEvidence): Variable[] {
  return of.record ? recorded(of) : foreign(of);
}

function recorded({ record }: ProjectEvidence): Variable[] {
  if (!record) return [];
  const resource: Variable = { name: 'MCP_RESOURCE_URL', expected: record.resource, kind: 'url', isNeeded: true };
  if (record.provider === 'auth0') {
    return [
      { name: 'AUTH0_DOMAIN', expected: record.domain ?? hostOf(record.issuer), kind: 'host', isNeeded: true },
      { name: 'AUTH0_AUDIENCE', expected: record.audience, kind: 'text', isNeeded: true },
      resource,
    ];
  }
  return [
    { name: 'MCP_AUTH_ISSUER', expected: record.issuer, kind: 'url', isNeeded: true },
    { name: 'MCP_AUTH_AUDIENCE', expected: record.audience, kind: 'text', isNeeded: true },
    resource,
  ];
}

function foreign({ source }: ProjectEvidence): Variable[] {
  const names = [...new Set(source?.reads.map(({ name }) => name))].filter(isAboutAuth);
  return names.map((name) => {
    const reads = source?.reads.filter((read) => read.name === name) ?? [];
    const [first] = reads;
    const isHost = reads.some((read) => read.isHost);
    const kind = isHost ? 'host' : isUrlName(name) ? 'url' : 'text';
    // One place that can do without it says that the server can.
    const isNeeded = reads.length > 0 && reads.every((read) => read.isNeeded);
    return { name, kind, isNeeded, ...(first && { readAt: `${first.file}:${first.line}` }) };
  });
}

export function isAboutAuth(name: string): boolean {
  if (OF_OTHERS.some((word) => name.includes(word))) return false;
  return ABOUT_AUTH.some((word) => name.includes(word)) || isAddress(name);
}

/** Is this the server's own URL? */
export const isAddress = (name: string): boolean =>
  name === 'MCP_RESOURCE_URL' ||
  ADDRESSES.some((ending) => name === ending || name === `MCP_${ending}` || name === `APP_${ending}`);

const isUrlName = (name: string): boolean =>
  isAddress(name) ||
  name.endsWith('ISSUER') ||
  name.endsWith('ISSUER_URL') ||
  name.endsWith('JWKS_URI') ||
  name.endsWith('JWKS_URL') ||
  name.endsWith('ISSUER_BASE_URL');

const hostOf = (issuer: string | undefined): string | undefined =>
  issuer !== undefined && URL.canParse(issuer) ? new URL(issuer).host : undefined;

export const pairOf = ({ env }: ProjectEvidence, name: string): EnvPair | undefined =>
  env?.pairs.findLast((pair) => pair.name === name);

/** As the server sees it: the real environment wins over `.env`. */
export const valueOf = (of: ProjectEvidence, name: string): string | undefined =>
  of.processEnv[name] ?? pairOf(of, name)?.value;

/** The characters of the value as they stand in the file, up to the end of the line. */
export function rawOf({ env }: ProjectEvidence, pair: EnvPair | undefined): string | undefined {
  if (!env || !pair || pair.quote !== undefined) return undefined;
  const line = env.text.slice(pair.valueStart, pair.end);
  const end = line.indexOf('\n');
  const raw = end < 0 ? line : line.slice(0, end);
  return raw.includes('#') ? undefined : raw;
}
