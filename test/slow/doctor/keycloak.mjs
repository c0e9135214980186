/** Keycloak, set up by hand for this: nothing of add-auth's own provider in it. */
import { withKeycloak } from '../keycloak/server.mjs';
import { beside } from './protected-server.mjs';
import { SCOPES } from './support.mjs';

const REALM = 'healthy';
const POLICY = 'org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy';

export async function keycloak() {
  await withKeycloak(async ({ base, api, tokenAt }) => {
    await beside('Keycloak', async (resource) => {
      await createRealm(api, resource);
      const machine = { client_id: 'machine', client_secret: 'machine-secret', scope: SCOPES.join(' ') };
      const token = () => tokenAt(REALM, { grant_type: 'client_credentials', ...machine });
      return { issuer: `${base}/realms/${REALM}`, isOpen: true, token };
    });
  });
}

async function createRealm(api, resource) {
  await api('POST', '', { realm: REALM, enabled: true });
  // The portable way to the audience of RFC 8707: a mapper in a scope that every client gets.
  const audience = {
    name: 'mcp-audience',
    protocol: 'openid-connect',
    protocolMapper: 'oidc-audience-mapper',
    config: { 'included.custom.audience': resource, 'access.token.claim': 'true' },
  };
  const attributes = { 'include.in.token.scope': 'true' };
  for (const name of SCOPES) {
    const scope = { name, protocol: 'openid-connect', attributes, protocolMappers: [audience] };
    await api('POST', `/${REALM}/client-scopes`, scope);
  }
  const scopes = await api('GET', `/${REALM}/client-scopes`);
  for (const { id, name } of scopes) {
    if (SCOPES.includes(name)) await api('PUT', `/${REALM}/default-optional-client-scopes/${id}`);
  }
  // Without these two policies whoever comes may register, and ask for the scopes of the server.
  const policies = await api('GET', `/${REALM}/components?type=${POLICY}`);
  for (const { id, providerId, subType } of policies) {
    const isInTheWay = ['trusted-hosts', 'allowed-client-templates'].includes(providerId);
    if (subType === 'anonymous' && isInTheWay) await api('DELETE', `/${REALM}/components/${id}`);
  }
  await api('POST', `/${REALM}/clients`, {
    clientId: 'machine',
    secret: 'machine-secret',
    serviceAccountsEnabled: true,
    standardFlowEnabled: false,
    optionalClientScopes: SCOPES,
  });
}
