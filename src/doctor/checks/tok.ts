import { isRecord } from '../../is-record.ts';
import { ASYMMETRIC } from '../../oauth/algorithms.ts';
import type { Evidence } from '../evidence.ts';
import { wantedScopes } from '../gather/index.ts';
import { asDocument, keysOf, prmDocument, text } from '../metadata.ts';
import type { Run } from '../run-checks.ts';
import { scopesOf, type TokenEvidence } from '../token/decode.ts';
import { fail, pass, skip, warn } from '../types.ts';
import { audienceFix, issuerFix } from './tok-reasons.ts';

const token = (evidence: Evidence): TokenEvidence => evidence.token!;
/** How far clocks may be apart, in seconds. */
const LEEWAY = 60;

const format: Run = (evidence) => {
  const { kind, maker, segments, header } = token(evidence);
  if (kind === 'jwt') return pass('Three parts, JSON inside.');
  const seen = { segments, header };
  const fix =
    'Let clients send the resource (or audience) parameter and create the API for it at the authorization server; without one Auth0, Better Auth and others give opaque tokens.';
  if (kind === 'encrypted') {
    return fail('The token is encrypted (JWE), which only the authorization server can read.', {
      evidence: seen,
      fix: `${fix} Auth0 encrypts tokens that have no audience.`,
    });
  }
  if (kind === 'malformed')
    return fail('The token has three parts, but they are no JWT.', {
      evidence: seen,
      fix: 'Copy the whole access token, without quotes and line breaks.',
    });
  return fail(`The token is opaque${maker ? ` (it looks like one of ${maker})` : ''}; the server expects a JWT.`, {
    evidence: seen,
    fix,
  });
};

/** Claims that tell a client about its user (OpenID Connect Core §5.1), and claims of access tokens. */
const PERSONAL = ['name', 'nickname', 'picture', 'email_verified', 'auth_time'];
const SERVICE = ['client_id', 'role', 'session_id', 'scp', 'scope'];

const type: Run = (evidence) => {
  const { header, claims, names } = token(evidence);
  const typ = String(header['typ'] ?? '').toLowerCase();
  const marks = ['nonce', 'at_hash', 'c_hash'].filter((name) => names.includes(name));
  const seen = { typ: header['typ'], token_use: claims['token_use'], marks };
  const isForPerson = PERSONAL.some((name) => names.includes(name)) && !SERVICE.some((name) => names.includes(name));
  const isAccess = typ.endsWith('at+jwt') || claims['token_use'] === 'access';
  const isId =
    claims['token_use'] === 'id' ||
    claims['typ'] === 'ID' ||
    ((marks.length > 0 || isForPerson) && scopesOf(claims) === undefined);
  if (!isAccess && isId) {
    return fail('This is an ID token: it tells the client who logged in and opens no server.', {
      evidence: seen,
      fix: 'Use access_token of the token response, not id_token.',
    });
  }
  if (claims['typ'] === 'Refresh' || typ === 'logout+jwt') {
    return fail('This is no access token.', {
      evidence: { ...seen, 'typ claim': claims['typ'] },
      fix: 'Use access_token of the token response.',
    });
  }
  return pass(typ || 'No typ, taken for an access token.');
};

const alg: Run = (evidence) => {
  const name = String(token(evidence).header['alg'] ?? 'none');
  if (ASYMMETRIC.includes(name)) return pass(name);
  return fail(
    name === 'none'
      ? 'The token is not signed.'
      : `The token is signed with ${name}, a secret that both sides would have to know.`,
    {
      evidence: { alg: name },
      fix: 'Let the authorization server sign with RS256 or ES256 (Supabase: Project Settings > JWT Keys > migrate and rotate; Authentik: choose a signing key).',
    },
  );
};

const kid: Run = (evidence) => {
  const { header, signature } = token(evidence);
  const kids = keysOf(evidence.as).map((key) => key['kid']);
  const seen = { kid: header['kid'] ?? null, published: kids, url: evidence.as?.jwks?.url };
  if (!signature) return skip('The signing keys could not be had.');
  if (header['kid'] !== undefined && !kids.includes(header['kid'])) {
    return fail(`The key of the token (${String(header['kid'])}) is not among those of ${evidence.as?.issuer}.`, {
      evidence: seen,
      fix: 'The token is of another tenant or environment, or older than a change of keys: get a new one from this authorization server.',
    });
  }
  if (signature.outcome === 'no-key') {
    return fail(`No published key fits the token: ${signature.detail}.`, {
      evidence: { ...seen, alg: header['alg'] },
      fix: 'Sign with a published key and name it in the header (kid and alg must be those of the key).',
    });
  }
  return pass(String(header['kid'] ?? 'The only key.'));
};

const sig: Run = (evidence) => {
  const { signature, header } = token(evidence);
  if (!signature) return skip('The signing keys could not be had.');
  if (signature.outcome === 'right') return pass('It is.');
  return fail(`The signature does not match the published key (${signature.detail}).`, {
    evidence: { kid: header['kid'], url: evidence.as?.jwks?.url },
    fix: 'The token was changed on the way, or another key has the same kid: get a new one; give new keys new kids.',
  });
};

const iss: Run = (evidence) => {
  const value = token(evidence).claims['iss'];
  const metadata = text(asDocument(evidence.as), 'issuer');
  const expected = metadata ?? evidence.as?.issuer ?? evidence.project?.record?.issuer;
  if (expected === undefined) return skip('The authorization server is not known.');
  if (value === expected || value === evidence.as?.issuer) return pass(String(value));
  return fail(
    `The token comes from ${JSON.stringify(value ?? null)}, the server expects ${JSON.stringify(expected)}.`,
    {
      evidence: { iss: value ?? null, expected },
      fix: issuerFix(String(value ?? ''), expected),
    },
  );
};

/** The audience that the server expects: what the project is configured with, else the resource of the metadata. */
export function expectedAudience(evidence: Evidence): string | undefined {
  const configured = evidence.project?.record?.audience;
  if (configured) return configured;
  const found = text(evidence.live && prmDocument(evidence.live.prm), 'resource');
  return found ?? evidence.live?.url;
}

export const audiences = ({ claims }: Pick<TokenEvidence, 'claims'>): string[] => {
  const { aud } = claims;
  return (Array.isArray(aud) ? aud : [aud]).filter((each): each is string => typeof each === 'string');
};

/** The client of a token without audience, where the server takes those of this client all the same. */
export function clientInPlaceOfAudience({ project, token: found }: Evidence): string | undefined {
  const { aud: audience, client_id: client } = found?.claims ?? {};
  const name = 'MCP_AUTH_CLIENT_IDS';
  const ids = project?.processEnv[name] ?? project?.env?.pairs.find((pair) => pair.name === name)?.value ?? '';
  return audience === undefined && typeof client === 'string' && ids.split(' ').includes(client) ? client : undefined;
}

const aud: Run = (evidence, earlier) => {
  const expected = expectedAudience(evidence);
  if (expected === undefined) return skip('The URL of the server is not known.');
  const client = clientInPlaceOfAudience(evidence);
  if (client !== undefined) return pass(`None, and its client ${client} is one of MCP_AUTH_CLIENT_IDS.`);
  const found = audiences(token(evidence));
  const known = [expected, ...(earlier.failed('prm.resource') && evidence.live ? [evidence.live.url] : [])];
  if (found.some((each) => known.includes(each))) return pass(found.join(', '));
  const message = `The token is for ${found.length === 0 ? 'nobody (no "aud")' : found.join(', ')}, the server is ${expected}.`;
  const finding = {
    evidence: { aud: token(evidence).claims['aud'] ?? null, expected },
    fix: audienceFix(evidence, found, expected),
  };
  // A server that takes it nevertheless has another problem, or another audience than its metadata say.
  return accepted(token(evidence)) ? warn(message, finding) : fail(message, finding);
};

/** Did the server let this token in? */
export const accepted = ({ answers }: TokenEvidence): boolean =>
  answers?.initialize.status !== undefined && answers.initialize.status < 300;

const time: Run = (evidence) => {
  const { exp, nbf, iat } = token(evidence).claims;
  const now = Math.floor(evidence.now / 1000);
  const clock = clockOf(evidence);
  const seen = { exp, nbf, iat, now, ...(Math.abs(clock) > 5 && { 'clock of the server is ahead by seconds': clock }) };
  if (typeof exp !== 'number') {
    return fail('The token never ends (no "exp"); servers refuse such a token.', {
      evidence: seen,
      fix: 'Give access tokens a lifetime at the authorization server, an hour at most.',
    });
  }
  if (exp > 1e11)
    return fail('"exp" is in milliseconds; it has to be seconds.', {
      evidence: seen,
      fix: 'Set exp in seconds since 1970 (RFC 7519 §2).',
    });
  if (exp <= now) {
    return fail(`The token ended ${duration(now - exp)} ago.`, {
      evidence: seen,
      fix: 'Get a new one (add-auth token), and let the client refresh it.',
    });
  }
  const start = Math.max(typeof nbf === 'number' ? nbf : 0, typeof iat === 'number' ? iat : 0);
  if (start > now + LEEWAY) {
    return fail(`The token is valid only in ${duration(start - now)}: a clock is wrong.`, {
      evidence: seen,
      fix: 'Set the clocks of the authorization server and the server by NTP, and allow 30 seconds of difference.',
    });
  }
  if (Math.abs(clock) > LEEWAY) {
    return warn(`The clock of the server differs from this one by ${duration(Math.abs(clock))}.`, {
      evidence: seen,
      fix: 'Set it by NTP.',
    });
  }
  if (typeof iat === 'number' && exp - iat <= 60) {
    return warn(`The token lives only ${exp - iat} seconds.`, {
      evidence: seen,
      fix: 'Give access tokens a lifetime of 5 to 60 minutes.',
    });
  }
  return pass(`${duration(exp - now)} left.`);
};

/** Seconds that the server's clock is ahead of ours, from its Date header. */
function clockOf(evidence: Evidence): number {
  const date = Date.parse(evidence.live?.mcp.initialize.headers['date'] ?? '');
  return Number.isNaN(date) ? 0 : Math.round((date - evidence.now) / 1000);
}

const duration = (seconds: number): string =>
  seconds < 120
    ? `${seconds} s`
    : seconds < 7200
      ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3600)} h`;

const scope: Run = (evidence, earlier) => {
  const found = scopesOf(token(evidence).claims);
  const wanted = evidence.live ? wantedScopes(evidence.live) : (evidence.project?.record?.baseScopes ?? []);
  const held = found?.scopes ?? [];
  const missing = wanted.filter((name) => !held.includes(name) && !held.includes(withoutPrefix(name)));
  const opens = toolsOf(evidence, held);
  const seen = { claim: found?.claim ?? null, scopes: held, wanted, ...(opens && { opens }) };
  const isRefused = refusedForScope(evidence);
  if (isRefused && missing.length === 0 && found && found.claim !== 'scope') {
    return fail(`The scopes are in the claim "${found.claim}", and the server does not read that one.`, {
      evidence: seen,
      fix: `Let the server read "${found.claim}" beside "scope", or let the authorization server issue "scope".`,
    });
  }
  if (isRefused || (missing.length > 0 && missing.length === wanted.length)) {
    const finding = {
      evidence: seen,
      fix: `Ask for scope=${wanted.join('%20')} at the login, and allow these scopes for the client (and the user) at the authorization server.`,
    };
    const message = `The token has ${held.length === 0 ? 'no scopes' : `only ${held.join(' ')}`}; the server wants ${wanted.join(' ') || 'others'}.`;
    // Clients would ask for more by themselves, were they told in the right form.
    return earlier.failed('rs.scope-403') ? warn(message, finding) : fail(message, finding);
  }
  return pass(
    opens ? `${held.join(' ')}: opens ${opens.join(', ') || 'no tool'}.` : held.join(' ') || 'None are asked for.',
    seen,
  );
};

/** `https://host/mcp/read:tasks` is how some servers want it asked for, and `read:tasks` what Entra puts into the token. */
const withoutPrefix = (name: string): string => (name.includes('://') ? name.slice(name.lastIndexOf('/') + 1) : name);

/** Who says 403 to every token does not speak of scopes. */
const refusedForScope = ({ token: found, live }: Evidence): boolean =>
  live?.mcp.garbage?.status !== 403 &&
  (found?.answers?.initialize.status === 403 || found?.answers?.list.status === 403);

/** The tools that these scopes open, by the scope map of the project. */
function toolsOf({ project }: Evidence, held: string[]): string[] | undefined {
  const map = project?.record?.toolScopes;
  if (!isRecord(map)) return undefined;
  const names = new Set([...held, ...held.map(withoutPrefix)]);
  return Object.entries(map).flatMap(([tool, scopes]) => (scopes.every((name) => names.has(name)) ? [tool] : []));
}

export const TOK = {
  'tok.format': format,
  'tok.type': type,
  'tok.alg': alg,
  'tok.kid': kid,
  'tok.sig': sig,
  'tok.iss': iss,
  'tok.aud': aud,
  'tok.time': time,
  'tok.scope': scope,
} satisfies Record<string, Run>;
