import { CliError } from '../../errors.ts';
import { discover } from '../../oauth/discovery.ts';
import { standardEnv, standardSpec } from '../standard.ts';
import type { Provider, ProviderFindings, ProviderInput, ProviderTarget } from '../types.ts';
import { checkIssuer } from '../url.ts';
import { requireUsableKeys } from './keys.ts';
import { reviewMetadata } from './review.ts';

/** Any authorization server that publishes metadata and signs JWTs. It is read, never configured. */
export const custom: Provider = {
  id: 'custom',
  label: 'Another OAuth or OpenID Connect server',
  hint: 'you know its issuer URL',
  needs: ['issuer'],
  issuesScopes: true,
  connect(target) {
    const issuer = requiredIssuer(target);
    return { look: (input) => look(input, issuer) };
  },
};

async function look(input: ProviderInput, issuer: string): Promise<ProviderFindings> {
  if (!input.provision) return findings(input, issuer, []);
  const discovery = await discover(issuer);
  await requireUsableKeys(discovery);
  return findings(input, discovery.issuer, reviewMetadata(discovery.metadata, input.scopes));
}

function findings(input: ProviderInput, issuer: string, warnings: ProviderFindings['warnings']): ProviderFindings {
  const spec = standardSpec(input, issuer);
  return { spec, env: standardEnv(spec), remote: [], warnings };
}

function requiredIssuer({ issuer }: ProviderTarget): string {
  if (issuer !== undefined) return checkIssuer(issuer);
  throw new CliError(
    'missing-answer',
    'Provider custom needs the issuer URL of the authorization server.',
    'Add --issuer https://login.example.com',
  );
}
