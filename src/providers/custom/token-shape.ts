import type { AuthorizationServer } from 'oauth4webapi';
import { CliError, type ManualStep } from '../../errors.ts';
import { scopeCatalogue } from '../../scopes/catalogue.ts';
import type { Warning } from '../../types.ts';
import type { ProviderInput, ProviderIo } from '../types.ts';
import type { KnownServer } from './known-server.ts';

/**
 * What `aud` of its access tokens holds.
 * @returns `undefined`: the resource, as everywhere
 * @throws CliError `missing-answer` where only its console tells, and nobody can be asked
 */
export async function audienceFor(
  { label, audience }: KnownServer,
  issuer: string,
  given: string | undefined,
  io: ProviderIo,
): Promise<string | undefined> {
  if (given !== undefined || audience.is === 'resource') return given;
  if (audience.is === 'part-of-issuer') return audience.pattern.exec(issuer)?.[1];
  const { what } = audience;
  if (!io.interactive) {
    throw new CliError(
      'missing-answer',
      `${label} does not put the URL of the server into "aud" of its tokens, but ${what}.`,
      'Give it with --audience; the server will accept tokens that name it and no others.',
    );
  }
  const typed = await io.ask.text({
    message: `Audience of the tokens: ${what}`,
    option: '--audience STRING',
    validate: (value) => (value.trim() === '' ? 'Tokens cannot be told apart without it.' : undefined),
  });
  return typed.trim();
}

/** What does not work there as it does elsewhere. */
export function limitsOf({ label, scope, audience }: KnownServer, input: ProviderInput): Warning[] {
  const names = scopeCatalogue(input.scopes);
  const warnings: Warning[] = [];
  if (!scope.own && names.length > 0) {
    warnings.push({
      message: `${label} issues no scopes of your own, so nobody can be granted ${names.join(', ')}.`,
      fix: 'Empty the lists of TOOL_SCOPES and BASE_SCOPES in the scopes file: tools then ask for a logged-in user.',
    });
  }
  if (audience.is === 'asked') {
    warnings.push({
      message: `Tokens of ${label} are not bound to this server: whoever gets one for the same audience may use it here.`,
      fix: 'Use the audience for this server alone.',
    });
  }
  return warnings;
}

/** What a person has to switch on there, as far as the metadata do not show that it is done. */
export function checklist(
  { label, steps, source, asOf }: KnownServer,
  input: Pick<ProviderInput, 'resource' | 'scopes'>,
  audience: string,
  metadata: AuthorizationServer,
): ManualStep[] {
  const names = scopeCatalogue(input.scopes);
  const left = steps
    .filter(({ unless = [] }) => !unless.some((name) => Boolean(metadata[name])))
    .filter(({ what }) => names.length > 0 || !what.includes('{scopes}'))
    .map(({ what }) =>
      what
        .replaceAll('{resource}', input.resource)
        .replaceAll('{audience}', audience)
        .replaceAll('{scopes}', names.join(' ')),
    );
  if (left.length === 0) return [];
  return [
    {
      what: `See to this at ${label}, which add-auth reads and does not configure.`,
      snippet: [...left.map((what, i) => `${i + 1}. ${what}`), `(as of ${asOf}: ${source})`].join('\n'),
    },
  ];
}
