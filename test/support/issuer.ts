import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { json, startFakeIssuer, type FakeIssuer } from './oauth-fake-issuer.ts';

/** An issuer with real keys: metadata, JWKS, and tokens on demand. */
export interface TestIssuer extends FakeIssuer {
  /** A good token for `audience`; claims override the usual ones. */
  token(audience: string, scopes: string[], claims?: JWTPayload): Promise<string>;
}

export async function startTestIssuer(): Promise<TestIssuer> {
  const fake = await startFakeIssuer();
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'RS256', use: 'sig' };
  fake.routes.set(
    '/.well-known/oauth-authorization-server',
    json({ issuer: fake.issuer, jwks_uri: `${fake.issuer}/jwks` }),
  );
  fake.routes.set('/jwks', json({ keys: [jwk] }));
  return {
    ...fake,
    token: (audience, scopes, claims = {}) =>
      new SignJWT({ scope: scopes.join(' '), client_id: 'test-client', sub: 'user-a', ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'test', typ: 'at+jwt' })
        .setIssuer(fake.issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey),
  };
}
