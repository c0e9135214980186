/** oidc-provider in a small configuration of its own: nothing of the embedded server of add-auth in it. */
import { once } from 'node:events';
import http from 'node:http';
import Provider from 'oidc-provider';
import { exportJWK, generateKeyPair } from 'jose';
import { beside } from './protected-server.mjs';
import { SCOPES } from './support.mjs';

export async function oidcProvider() {
  const server = http.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${server.address().port}`;
  try {
    await beside('oidc-provider', async (resource) => {
      server.on('request', (await providerFor(issuer, resource)).callback());
      return { issuer, isOpen: true, token: () => tokenOf(issuer, resource) };
    });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function providerFor(issuer, resource) {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const scope = SCOPES.join(' ');
  return new Provider(issuer, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'one', alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['healthy'] },
    clients: [
      {
        client_id: 'machine',
        client_secret: 'machine-secret',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    scopes: [...SCOPES, 'openid', 'offline_access'],
    clientDefaults: { token_endpoint_auth_method: 'client_secret_basic' },
    // Pages on any origin may ask, as they may at every public authorization server.
    clientBasedCORS: () => true,
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    features: {
      clientCredentials: { enabled: true },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope, audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 600 }),
      },
    },
  });
}

async function tokenOf(issuer, resource) {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from('machine:machine-secret').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope: SCOPES.join(' ') }),
  });
  return (await answer.json()).access_token;
}
