import { decodeJwt, jwtVerify, type JWTPayload, type JWSHeaderParameters } from 'jose';
import type { AuthInfo } from './auth-info.ts';
import { REQUIRED_CLAIMS, SCOPE_CLAIMS, type AuthConfig } from './config.ts';
import { digest } from './runtime.ts';
import { createSigningKeys, KeysUnavailable } from './signing-keys.ts';

/** The token is not good here. The message is for the audit line; callers are not told which check failed. */
export class InvalidToken extends Error {}

/** A token's claims, and the key that proved them. */
interface Proof {
  claims: JWTPayload & { exp: number };
  header: JWSHeaderParameters;
  key: unknown;
}

/** Asymmetric algorithms only (RFC 8725 §3.1): with HS256 the public key would do as the secret. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Access tokens by RFC 9068 §4, and `JWT`, which most issuers say. Logout tokens, DPoP proofs … are none. */
const ACCESS_TOKEN_TYPES = ['jwt', 'at+jwt', 'application/at+jwt'];
/** Seconds that clocks may differ. */
const CLOCK_TOLERANCE = 5;
const REMEMBERED = 1000;

/**
 * Makes the function that verifies an access token: signature by a published key of the issuer, issuer, audience
 * (RFC 8707 §2), expiry. It throws InvalidToken, or KeysUnavailable when the issuer's keys cannot be had.
 */
export function createVerifier(config: AuthConfig): (token: string) => Promise<AuthInfo> {
  const findKey = createSigningKeys(config.issuer);
  const resource = new URL(config.resource);
  const { clientIds = [], scopePrefix = '' } = config;
  // Clients send the same token with every request. By its hash we know one whose signature was verified; that holds
  // while the key is still the published one, so rotation and outages work as if nothing were remembered.
  const proofs = new Map<string, Proof>();

  async function isStillProven({ claims, header, key }: Proof): Promise<boolean> {
    return claims.exp > Date.now() / 1000 - CLOCK_TOLERANCE && (await findKey(header)) === key;
  }

  async function prove(token: string): Promise<Proof> {
    // Only where such clients are configured; a token that does name an audience has to name this one.
    const namesNobody = clientIds.length > 0 && decodeJwt(token).aud === undefined;
    const { payload, protectedHeader, key } = await jwtVerify(token, findKey, {
      algorithms: ALGORITHMS,
      issuer: config.issuer,
      ...(!namesNobody && { audience: config.audience }),
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE,
    });
    if (namesNobody && !clientIds.some((id) => id === payload['client_id']))
      throw new InvalidToken('the token has no audience, and its client is not one of this server');
    const type = protectedHeader.typ;
    if (type !== undefined && !ACCESS_TOKEN_TYPES.includes(type.toLowerCase()))
      throw new InvalidToken(`typ is ${type}`);
    const missing = REQUIRED_CLAIMS.find((name) => !payload[name]);
    if (missing !== undefined) throw new InvalidToken(`the token has no ${missing}`);
    // Bound to a key of the client (RFC 9449 §7.2, RFC 8705 §3): as a bearer token it proves nothing.
    if (payload['cnf'] !== undefined) throw new InvalidToken('the token is bound to a key');
    return { claims: payload as Proof['claims'], header: protectedHeader, key };
  }

  return async function verify(token) {
    try {
      const hash = await digest(token);
      const known = proofs.get(hash);
      if (known && (await isStillProven(known))) return authInfoOf(token, known.claims, resource, scopePrefix);
      const proof = await prove(token);
      if (proofs.size >= REMEMBERED) proofs.clear();
      proofs.set(hash, proof);
      return authInfoOf(token, proof.claims, resource, scopePrefix);
    } catch (error) {
      if (error instanceof KeysUnavailable || error instanceof InvalidToken) throw error;
      throw new InvalidToken(error instanceof Error ? error.message : 'not verifiable');
    }
  };
}

function authInfoOf(token: string, claims: Proof['claims'], resource: URL, scopePrefix: string): AuthInfo {
  const subject = isText(claims.sub) ? claims.sub : undefined;
  const clientId = [claims['client_id'], claims['azp']].find(isText) ?? '';
  if (!subject && !clientId) throw new InvalidToken('the token names neither user nor client');
  const info: AuthInfo = {
    token,
    clientId,
    scopes: scopesIn(claims).map((name) => (name.startsWith(scopePrefix) ? name.slice(scopePrefix.length) : name)),
    expiresAt: claims.exp,
    resource,
    extra: { subject, issuer: claims.iss, claims: { ...claims } },
  };
  // Readable as `authInfo.token`, but not to be logged by whoever prints the object (OAuth 2.1 §7.1).
  return Object.defineProperty(info, 'token', { enumerable: false });
}

/** As a list, or in one string with spaces. */
function scopesIn(claims: JWTPayload): string[] {
  const granted = SCOPE_CLAIMS.map((name) => claims[name]).find((claim) => claim !== undefined);
  if (typeof granted === 'string') return granted.split(' ').filter(Boolean);
  return Array.isArray(granted) ? granted.filter(isText) : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
