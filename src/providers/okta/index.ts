import { CliError } from '../../errors.ts';
import { lazyConnection } from '../lazy.ts';
import { standardEnv, standardSpec } from '../standard.ts';
import type { Provider, ProviderFindings, ProviderInput } from '../types.ts';
import { checkTarget, type Org } from './target.ts';

/** Okta: a custom authorization server and its clients are set up through the management API. */
export const okta: Provider = {
  id: 'okta',
  label: 'Okta',
  hint: 'sets up an authorization server and its clients through the management API',
  needs: ['domain'],
  instead: ['issuer'],
  takes: ['issuer'],
  questions: { domain: { message: 'Domain of the Okta org', placeholder: 'acme.okta.com' } },
  issuesScopes: true,
  typesClientIds: true,
  normalise(target) {
    const { domain, issuer } = checkTarget(target);
    return { domain, ...(issuer !== undefined && { issuer }) };
  },
  connect(target, io) {
    const org = checkTarget(target);
    return lazyConnection(
      async () => (await import('./connection.ts')).connectTo(org, io),
      (input) => notLookedAt(org, input),
    );
  },
};

/** `--no-provision`: what somebody else has to see to. */
function notLookedAt({ domain, issuer }: Org, input: ProviderInput): ProviderFindings {
  if (issuer === undefined) {
    throw new CliError(
      'missing-answer',
      `Which authorization server of ${domain} issues the tokens cannot be known without asking it.`,
      `Add --issuer https://${domain}/oauth2/SERVER, or leave --no-provision out.`,
    );
  }
  const spec = standardSpec(input, issuer);
  const message =
    `The org ${domain} was not looked at; ${issuer} needs the audience ${spec.audience}, the scopes, an access policy ` +
    'with a rule for them, and an application for each MCP client, which cannot register itself at Okta.';
  const fix = 'Run again without --no-provision, or set it up in the admin console as the README lists it under Okta.';
  return { spec, env: standardEnv(spec), remote: [], warnings: [{ message, fix }] };
}
