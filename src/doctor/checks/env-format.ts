import { isLoopback } from '../../oauth/loopback.ts';
import type { EnvPair } from '../../edit/env-parse.ts';
import type { Evidence } from '../evidence.ts';
import type { Run } from '../run-checks.ts';
import { isPlaceholder } from '../static/secrets.ts';
import type { ProjectEvidence } from '../static/types.ts';
import { fail, pass, skip } from '../types.ts';
import { isAddress, pairOf, rawOf, valueOf, variablesOf, type Variable } from './env-variables.ts';

const project = (evidence: Evidence): ProjectEvidence => evidence.project!;
const NO_VARIABLES =
  'Not checked: the source reads no variable about logins, and add-auth was not run in this project.';

export const load: Run = (evidence) => {
  const of = project(evidence);
  const variables = variablesOf(of);
  if (variables.length === 0) return skip(NO_VARIABLES);
  // Where the environment comes from a platform, nothing is known of it here.
  if (!of.record && !of.env)
    return skip(`Not checked: there is no ${of.settings} here, so the environment of the server is not known.`);
  const missing = variables.filter(({ name, isNeeded }) => isNeeded && (valueOf(of, name) ?? '') === '');
  if (missing.length === 0) return pass(`${of.settings} or the environment set them all.`);
  const names = missing.map(({ name, readAt }) => (readAt === undefined ? name : `${name} (read at ${readAt})`));
  const lines = missing.map(({ name, expected }) => `${name}=${expected ?? ''}`);
  return fail(
    `${names.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not set, and the server does not start without.`,
    {
      evidence: { missing: missing.map(({ name }) => name) },
      fix: `Add to ${of.settings}: ${lines.join('  ')}${of.record ? ' (add-auth doctor --fix does it).' : ''}`,
    },
  );
};

/** A value that readers take differently from what was meant: quotes, blanks, a carriage return, a missing scheme. */
function problemOf(
  { name, kind }: Variable,
  pair: EnvPair | undefined,
  raw: string,
  value: string,
): string | undefined {
  if (value === '' && raw === '') return undefined;
  if (pair?.isUnterminated) return 'begins with a quote that never ends';
  if (raw.endsWith('\r')) return 'ends with a carriage return (the file has CRLF line ends)';
  if (value !== value.trim() || (pair?.quote === undefined && raw !== raw.trimEnd()))
    return 'ends or begins with white space';
  if (isQuoted(value)) return 'has quotes inside quotes';
  if (isPlaceholder(value) && saysYour(value)) return 'still has the value of the example';
  if (kind === 'host') {
    return value.includes('://') || value.includes('/')
      ? 'has to be the host name alone, without https:// and slash'
      : undefined;
  }
  return kind === 'url' ? urlProblem(name, value) : undefined;
}

/** Values that templates ship: `https://your-tenant.auth0.com`, `<your domain>`. */
function saysYour(value: string): boolean {
  const lower = value.toLowerCase();
  return (
    ['your-', 'your_', 'your.', 'yourdomain', 'yourapp', 'changeme', 'change-me', 'placeholder', 'replace'].some(
      (word) => lower.includes(word),
    ) || lower.startsWith('<')
  );
}

function isQuoted(value: string): boolean {
  const [first] = value;
  return value.length > 1 && (first === '"' || first === "'") && value.endsWith(first);
}

function urlProblem(name: string, value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) return 'is no http(s) URL';
  if (value.includes('#')) return 'has a fragment';
  // The address of the server itself is the business of env.public-url in servers that do not insist on it.
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !(isAddress(name) && name !== 'MCP_RESOURCE_URL'))
    return 'is plain http on a public host';
  // Auth0 puts a slash behind its issuer, and tokens are compared byte for byte.
  const isAuth0 = url.hostname.endsWith('.auth0.com') && name.endsWith('ISSUER');
  return isAuth0 && !value.endsWith('/') ? 'has no slash at the end, and issuers of Auth0 have one' : undefined;
}

export const format: Run = (evidence) => {
  const of = project(evidence);
  const variables = variablesOf(of);
  if (variables.length === 0) return skip(NO_VARIABLES);
  const known = variables.filter(({ name }) => valueOf(of, name) !== undefined);
  if (known.length === 0) return skip('Not checked: their values are not known here.');
  const problems = known.flatMap((variable) => {
    const { name } = variable;
    const value = valueOf(of, name) ?? '';
    const pair = of.processEnv[name] === undefined ? pairOf(of, name) : undefined;
    const problem = problemOf(variable, pair, rawOf(of, pair) ?? value, value);
    return problem === undefined ? [] : [{ ...variable, problem, value, line: pair?.line }];
  });
  const [first] = problems;
  if (!first) return pass('They are.');
  return fail(problems.map(({ name, problem }) => `${name} ${problem}`).join('; ') + '.', {
    evidence: Object.fromEntries(
      problems.map(({ name, value, line }) => [name, { value, ...(line && { line: `${of.settings}:${line}` }) }]),
    ),
    fix: `Write in ${of.settings}: ${problems.map((each) => `${each.name}=${each.expected ?? repaired(each)}`).join('  ')}`,
  });
};

function repaired({ name, kind, value, problem }: Variable & { value: string; problem: string }): string {
  const trimmed = value.trim();
  const plain = isQuoted(trimmed) ? trimmed.slice(1, -1) : trimmed;
  if (kind === 'host')
    return (plain.includes('://') ? plain.slice(plain.indexOf('://') + 3) : plain).split('/')[0] ?? plain;
  if (problem.startsWith('still')) return '…';
  if (kind === 'url' && !plain.includes('://')) return `https://${plain}`;
  return problem.startsWith('has no slash') && name.endsWith('ISSUER') ? `${plain}/` : plain;
}
