import type { AuthSpec, EnvVar } from '../types.ts';
import type { ProviderInput } from './types.ts';

/** The facts for a server that checks tokens by issuer and audience, as RFC 9068 has them. */
export function standardSpec(input: ProviderInput, issuer: string): AuthSpec {
  return { issuer, resource: input.resource, audience: input.audience ?? input.resource, environment: 'standard' };
}

/** Names that generated servers read, whatever the provider. */
export const SERVER_VARIABLES = [
  'MCP_RESOURCE_URL',
  'MCP_AUTH_ISSUER',
  'MCP_AUTH_AUDIENCE',
  'MCP_AUTH_SCOPE_PREFIX',
  'MCP_AUTH_CLIENT_IDS',
  'AUTH0_DOMAIN',
  'AUTH0_AUDIENCE',
];

/** The environment that the generated `config.ts` reads for every provider but Auth0. */
export function standardEnv(spec: Pick<AuthSpec, 'issuer' | 'audience' | 'resource'>): EnvVar[] {
  return [
    {
      name: 'MCP_AUTH_ISSUER',
      value: spec.issuer,
      comment: 'The authorization server, exactly as its metadata spells it',
    },
    { name: 'MCP_AUTH_AUDIENCE', value: spec.audience, comment: 'What "aud" of an access token must name' },
    { name: 'MCP_RESOURCE_URL', value: spec.resource, comment: 'The public URL of this server, as clients type it' },
  ];
}
