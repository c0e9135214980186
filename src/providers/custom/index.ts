import { CliError } from '../../errors.ts';
import { discover } from '../../oauth/discovery.ts';
import { standardEnv, standardSpec } from '../standard.ts';
import type { Provider, ProviderFindings, ProviderInput, ProviderIo, ProviderTarget } from '../types.ts';
import { checkIssuer } from '../url.ts';
import { requireUsableKeys } from './keys.ts';
import { recognise, withItsSlash } from './recognise.ts';
import { reviewMetadata } from './review.ts';
import { audienceFor, checklist, limitsOf } from './token-shape.ts';

/** Any authorization server that publishes metadata and signs JWTs. It is read, never configured. */
export const custom: Provider = {
  id: 'custom',
  label: 'Another OAuth or OpenID Connect server',
  hint: 'you know its issuer URL',
  needs: ['issuer'],
  issuesScopes: true,
  normalise: ({ issuer, ...target }) => ({ ...target, ...(issuer !== undefined && { issuer: withItsSlash(issuer) }) }),
  at({ issuer }) {
    const known = issuer === undefined ? undefined : recognise(issuer);
    return known ? { ...custom, issuesScopes: known.scope.own } : custom;
  },
  connect(target, io) {
    const issuer = requiredIssuer(target);
    return { look: (input) => look(input, issuer, io) };
  },
};

async function look(input: ProviderInput, issuer: string, io: ProviderIo): Promise<ProviderFindings> {
  const known = recognise(issuer);
  if (!input.provision)
    return findings(input, issuer, known ? await audienceFor(known, issuer, input.audience, io) : input.audience);
  const discovery = await discover(issuer);
  await requireUsableKeys(discovery);
  const { metadata } = discovery;
  const warnings = reviewMetadata(metadata, input.scopes);
  const server = known ?? recognise(discovery.issuer, metadata);
  if (!server) return { ...findings(input, discovery.issuer, input.audience), warnings };
  const shaped = findings(input, discovery.issuer, await audienceFor(server, discovery.issuer, input.audience, io));
  const manual = checklist(server, input, shaped.spec.audience, metadata);
  return {
    ...shaped,
    warnings: [...warnings, ...limitsOf(server, input)],
    // Whether it was all done cannot be seen; the run that set the project up has said it.
    ...(input.env('MCP_AUTH_ISSUER') !== discovery.issuer && { manual }),
  };
}

function findings(input: ProviderInput, issuer: string, audience: string | undefined): ProviderFindings {
  const { audience: _, ...rest } = input;
  const spec = standardSpec({ ...rest, ...(audience !== undefined && { audience }) }, issuer);
  return { spec, env: standardEnv(spec), remote: [], warnings: [] };
}

function requiredIssuer({ issuer }: ProviderTarget): string {
  if (issuer !== undefined) return checkIssuer(issuer);
  throw new CliError(
    'missing-answer',
    'Provider custom needs the issuer URL of the authorization server.',
    'Add --issuer https://login.example.com',
  );
}
