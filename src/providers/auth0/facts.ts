import type { AuthSpec, EnvVar } from '../../types.ts';
import type { ProviderInput } from '../types.ts';

/** What the generated server has to know; nothing of it needs a request. */
export function facts(input: ProviderInput, domain: string): { spec: AuthSpec; env: EnvVar[] } {
  const { resource } = input;
  const audience = input.audience ?? resource;
  return {
    // Auth0's issuers end in a slash.
    spec: { issuer: `https://${domain}/`, resource, audience, environment: 'auth0' },
    env: [
      { name: 'AUTH0_DOMAIN', value: domain, comment: 'The Auth0 tenant that signs the users in' },
      { name: 'AUTH0_AUDIENCE', value: audience, comment: 'Identifier of the API in Auth0, the "aud" of its tokens' },
      { name: 'MCP_RESOURCE_URL', value: resource, comment: 'The public URL of this server, as clients type it' },
    ],
  };
}
