import { once } from 'node:events';
import http from 'node:http';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';

/** An authorization server that has metadata and keys, and gives a token to whoever asks in this process. */
export async function startIssuer() {
  const keys = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const server = http.createServer((request, response) => {
    const metadata = {
      issuer: url,
      jwks_uri: `${url}/jwks`,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      registration_endpoint: `${url}/register`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
    };
    const isMetadata = /^\/\.well-known\/(oauth-authorization-server|openid-configuration)$/.test(request.url);
    const body = request.url === '/jwks' ? { keys: [jwk] } : isMetadata ? metadata : undefined;
    response.writeHead(body ? 200 : 404, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  const token = (audience, scope, subject = 'ada') =>
    new SignJWT({ scope, client_id: 'test' })
      .setProtectedHeader({ alg: 'RS256', kid: 'one', typ: 'at+jwt' })
      .setIssuer(url)
      .setAudience(audience)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(keys.privateKey);
  return { url, token, close: () => server.close() };
}

export async function freePort() {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
