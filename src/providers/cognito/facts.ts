import { CliError } from '../../errors.ts';
import type { AuthSpec, EnvVar, Warning } from '../../types.ts';
import { standardEnv, standardSpec } from '../standard.ts';
import type { ProviderInput } from '../types.ts';
import type { Pool } from './target.ts';

/**
 * The facts for the generated server. Clients name the URL of the server as `resource`, and Cognito puts just that into
 * `aud`; scopes have the identifier of their resource server before them, which is the same URL.
 * @throws CliError `invalid-option` for another audience
 */
export function facts(input: ProviderInput, issuer: string): { spec: AuthSpec; env: EnvVar[] } {
  const { resource, audience = resource } = input;
  if (audience !== resource) {
    throw new CliError(
      'invalid-option',
      'Cognito puts the URL that a client asks for into "aud", so no other --audience can be had.',
      'Leave --audience out.',
    );
  }
  const spec = standardSpec(input, issuer);
  const prefix = {
    name: 'MCP_AUTH_SCOPE_PREFIX',
    value: scopePrefix(resource),
    comment: 'What Cognito puts before the names of scopes: the identifier of the resource server',
  };
  return { spec, env: [...standardEnv(spec), prefix] };
}

export const scopePrefix = (identifier: string): string => `${identifier}/`;

/** `--no-provision`: what somebody else has to see to. */
export function notLookedAt({ id }: Pool, { resource }: ProviderInput): Warning {
  return {
    message:
      `User pool ${id} was not looked at; it needs a domain, a resource server with the identifier ${resource} and the ` +
      'scopes of the map, and app clients without a secret that may ask for them.',
    fix: 'Run again without --no-provision, or set it up in the console as the README lists it under Cognito.',
  };
}
