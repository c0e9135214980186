import { CliError } from '../../errors.ts';
import type { AuthSpec, EnvVar, Warning } from '../../types.ts';
import { standardEnv } from '../standard.ts';
import type { ProviderFindings, ProviderInput } from '../types.ts';
import { isId, issuerOf, type Tenant } from './target.ts';

/** Can an application have this URL as its identifier? Those of this machine can never be in a verified domain. */
export const canIdentify = (resource: string): boolean => new URL(resource).protocol === 'https:';

/** What stands before a scope where a client asks for it. In tokens nothing does. */
export const scopePrefix = (resource: string, appId: string): string =>
  canIdentify(resource) ? `${resource}/` : `api://${appId}/`;

/**
 * The facts for the generated server.
 * @param appId id of the application, which tokens of version 2 name as audience; `undefined`: it is going to be made
 */
export function facts(resource: string, issuer: string, appId?: string): { spec: AuthSpec; env: EnvVar[] } {
  const spec: AuthSpec = { issuer, resource, audience: appId ?? '', environment: 'standard' };
  const prefix: EnvVar = {
    name: 'MCP_AUTH_SCOPE_PREFIX',
    value: scopePrefix(resource, spec.audience),
    comment: 'What clients put before a scope to ask for it; tokens name it without',
  };
  if (appId !== undefined) return { spec, env: [...standardEnv(spec), prefix] };
  const isPending = ({ name }: EnvVar): boolean =>
    name === 'MCP_AUTH_AUDIENCE' || (name === prefix.name && !canIdentify(resource));
  const env = [...standardEnv(spec), prefix].map((one) => (isPending(one) ? { ...one, pending: true } : one));
  return { spec, env };
}

/**
 * `--no-provision`: from what is known already.
 * @throws CliError `missing-answer` where the tenant or the application is not known by its id
 */
export function factsUnseen(tenant: Tenant, input: ProviderInput): ProviderFindings {
  const known = input.env('MCP_AUTH_ISSUER') ?? '';
  const isOurs = known.startsWith(`${tenant.login}/`) && known.endsWith('/v2.0');
  const issuer = isId(tenant.name) ? issuerOf(tenant, tenant.name) : isOurs ? known : undefined;
  if (issuer === undefined) {
    throw new CliError(
      'missing-answer',
      `Tokens name the tenant by its id, and without asking Entra the id of ${tenant.name} is not known.`,
      'Give the id with --tenant, or run without --no-provision.',
    );
  }
  const appId = input.audience ?? input.recorded['entra.application']?.ref;
  if (appId === undefined || !isId(appId)) {
    throw new CliError(
      'missing-answer',
      'Tokens name the application by its id, and with --no-provision nobody asks Entra for it.',
      'Give the application (client) id of the API with --audience.',
    );
  }
  return { ...facts(input.resource, issuer, appId), remote: [], warnings: [notLookedAt(tenant, input.resource)] };
}

const notLookedAt = ({ name }: Tenant, resource: string): Warning => ({
  message:
    `Tenant ${name} was not looked at; the application needs tokens of version 2, the identifier URI ${resource}, the scopes of ` +
    'the map, a service principal, and one more application with the redirect URIs of the clients.',
  fix: 'Run again without --no-provision, or set it up in the Entra admin center as the README lists it under Entra.',
});
