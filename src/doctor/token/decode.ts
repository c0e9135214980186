import { isRecord } from '../../is-record.ts';
import type { Exchange } from '../gather/http.ts';

/** What is known of a token. The token itself is not here: evidence is printed, written and sent around. */
export interface TokenEvidence {
  kind: 'jwt' | 'encrypted' | 'opaque' | 'malformed';
  /** Who makes opaque tokens that begin like this one. */
  maker?: string | undefined;
  segments: number;
  header: Record<string, unknown>;
  /** Without the claims that name a person. */
  claims: Record<string, unknown>;
  /** Names of all claims. */
  names: string[];
  /** How the signature fared against the published keys. */
  signature?: SignatureEvidence | undefined;
  /** A token of the same user for another server, and what this server says to that. */
  foreign?: { aud: unknown; answer: Exchange } | undefined;
  /** What the server says to it. */
  answers?: { initialize: Exchange; list: Exchange; session?: Exchange } | undefined;
}

export interface SignatureEvidence {
  outcome: 'right' | 'wrong' | 'no-key' | 'unsupported';
  detail: string;
}

/** Claims that say something about the token and nothing about a person (RFC 9068 §2.2). */
const SHOWN = [
  ...['iss', 'aud', 'exp', 'nbf', 'iat', 'scope', 'scp', 'permissions', 'roles', 'client_id', 'azp', 'token_use'],
  ...['ver', 'typ', 'role', 'gty'],
];

/** Beginnings of well-known opaque tokens. */
const MAKERS: [start: string, maker: string][] = [
  ['oat_', 'Clerk'],
  ['gho_', 'GitHub'],
  ['ghu_', 'GitHub'],
  ['github_pat_', 'GitHub'],
  ['ya29.', 'Google'],
  ['xoxb-', 'Slack'],
  ['xoxp-', 'Slack'],
  ['sk-', 'an API with keys'],
  ['sbp_', 'the Supabase management API'],
];

/** Takes a token apart without judging it. Never throws. */
export function takeApart(token: string): TokenEvidence {
  const parts = token.split('.');
  const base = { segments: parts.length, header: {}, claims: {}, names: [] };
  const header = jsonOf(parts[0]);
  if (parts.length === 5 && header) return { ...base, kind: 'encrypted', header: shownHeader(header) };
  if (parts.length !== 3 || !header) {
    const maker = MAKERS.find(([start]) => token.startsWith(start))?.[1];
    return { ...base, kind: parts.length === 3 ? 'malformed' : 'opaque', maker };
  }
  const payload = jsonOf(parts[1]);
  if (!payload) return { ...base, kind: 'malformed', header: shownHeader(header) };
  const claims = Object.fromEntries(SHOWN.flatMap((name) => (name in payload ? [[name, payload[name]]] : [])));
  return { ...base, kind: 'jwt', header: shownHeader(header), claims, names: Object.keys(payload) };
}

const shownHeader = (header: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(['alg', 'enc', 'kid', 'typ'].flatMap((name) => (name in header ? [[name, header[name]]] : [])));

function jsonOf(part: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The scopes a token carries: `scope` (RFC 9068 §2.2.3), else what vendors use in its place. */
export function scopesOf(claims: Record<string, unknown>): { claim: string; scopes: string[] } | undefined {
  for (const claim of ['scope', 'scp', 'permissions', 'roles']) {
    const value = claims[claim];
    if (typeof value === 'string') return { claim, scopes: value.split(' ').filter(Boolean) };
    if (Array.isArray(value)) return { claim, scopes: value.filter((each) => typeof each === 'string') };
  }
  return undefined;
}
