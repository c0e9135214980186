import { CliError } from '../errors.ts';
import { isLoopback } from '../oauth/loopback.ts';
import type { Warning } from '../types.ts';
import { standardEnv, standardSpec } from './standard.ts';
import type { Provider, ProviderFindings, ProviderInput } from './types.ts';
import { checkIssuer } from './url.ts';

export const DEFAULT_LOCAL_ISSUER = 'http://localhost:9400';

/** The embedded authorization server of `add-auth dev`: no account, no network, this machine only. */
export const local: Provider = {
  id: 'local',
  label: 'Local development',
  hint: 'built in, no account needed, this machine only',
  needs: [],
  takes: ['issuer'],
  issuesScopes: true,
  connect({ issuer = DEFAULT_LOCAL_ISSUER }) {
    return { look: async (input) => findings(input, checkLocalIssuer(issuer)) };
  },
};

function findings(input: ProviderInput, issuer: string): ProviderFindings {
  const spec = standardSpec(input, issuer);
  const warnings: Warning[] = [
    {
      message: 'Provider local is for development: it signs in anybody, and only on this machine.',
      fix: 'For production run again with --provider custom --issuer URL',
    },
  ];
  if (!isLoopback(new URL(input.resource).hostname)) {
    warnings.push({
      message: `${input.resource} is public, but clients elsewhere cannot reach ${spec.issuer}.`,
      fix: 'Use a real authorization server for it, or a --resource on localhost.',
    });
  }
  return { spec, env: standardEnv(spec), remote: [], warnings };
}

/**
 * An issuer the embedded authorization server can have: `http://`, a loopback host, a port, nothing else.
 * @returns the text, unchanged
 * @throws CliError `invalid-url`
 */
export function checkLocalIssuer(text: string): string {
  const url = new URL(checkIssuer(text));
  if (!isLoopback(url.hostname)) {
    throw new CliError(
      'invalid-url',
      `--issuer ${text} is not on this machine, and provider local runs nowhere else.`,
      `Use --issuer ${DEFAULT_LOCAL_ISSUER}, or --provider custom --issuer ${text}`,
    );
  }
  const port = url.port === '' ? '9400' : url.port;
  const better = `http://${url.hostname}:${port}`;
  if (text === better) return text;
  throw new CliError(
    'invalid-url',
    `--issuer ${text} must be http, a host and a port for provider local, nothing more.`,
    `Use --issuer ${better}`,
  );
}
