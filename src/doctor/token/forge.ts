import { randomBytes } from 'node:crypto';

export interface Forgery {
  issuer: string;
  audience: string;
  scopes: string[];
  kid?: string | undefined;
  alg: string;
  /** Seconds since 1970. */
  now: number;
}

/**
 * A token with every claim right that nobody has signed: a server that takes it verifies no signatures. It is made of
 * random bytes and opens nothing at a server that does.
 */
export function forgeToken({ issuer, audience, scopes, kid, alg, now }: Forgery): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = { alg, typ: 'at+jwt', ...(kid !== undefined && { kid }) };
  const claims = {
    iss: issuer,
    aud: audience,
    sub: 'add-auth-doctor',
    client_id: 'add-auth-doctor',
    scope: scopes.join(' '),
    iat: now,
    exp: now + 300,
  };
  const length = alg.startsWith('ES') || alg === 'EdDSA' ? 64 : 256;
  return `${part(header)}.${part(claims)}.${randomBytes(length).toString('base64url')}`;
}
