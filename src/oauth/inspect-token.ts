import { decodeJwt, decodeProtectedHeader } from 'jose';

/** What a token says about itself; nothing is verified, and the signature is never shown. */
export interface DecodedToken {
  header: Record<string, unknown>;
  /** Missing when they are encrypted (JWE). */
  claims?: Record<string, unknown>;
}

/** @returns undefined for a token that only its issuer can read (opaque) */
export function decodeToken(token: string): DecodedToken | undefined {
  try {
    const header = decodeProtectedHeader(token) as Record<string, unknown>;
    return token.split('.').length === 5 ? { header } : { header, claims: decodeJwt(token) };
  } catch {
    return undefined;
  }
}

export interface Remark {
  message: string;
  fix: string;
}

/**
 * What the protected server will say against a token, as far as it can be seen from its claims: RFC 9068 §4 wants the
 * issuer and the audience exact.
 */
export function remarksOn(token: string, expected: { issuer: string; audience: string; resource: string }): Remark[] {
  const claims = decodeToken(token)?.claims;
  if (!claims) {
    return [
      {
        message: 'This token is no signed JWT, so the server will refuse it.',
        fix: `Make ${expected.resource} known to the authorization server as an API whose tokens are JWTs (RFC 9068).`,
      },
    ];
  }
  const remarks: Remark[] = [];
  const { iss, aud } = claims;
  if (iss !== expected.issuer) {
    remarks.push({
      message: `The server will refuse this token: its iss is ${show(iss)}, and ${show(expected.issuer)} is expected.`,
      fix: 'Run add-auth again with the issuer that the tokens name; a slash at the end counts.',
    });
  }
  if (![aud].flat().includes(expected.audience)) {
    remarks.push({
      message: `The server will refuse this token: its aud is ${show(aud)}, and ${show(expected.audience)} is expected.`,
      fix: 'Let the authorization server issue tokens for that audience, or run add-auth again with --audience.',
    });
  }
  return remarks;
}

const show = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value));
