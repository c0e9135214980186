import { isLoopback } from '../../oauth/loopback.ts';
import type { EnvPair } from '../../edit/env-parse.ts';
import type { Evidence } from '../evidence.ts';
import type { Run } from '../run-checks.ts';
import type { ProjectEvidence } from '../static/types.ts';
import { fail, pass, skip, warn } from '../types.ts';

const project = (evidence: Evidence): ProjectEvidence => evidence.project!;

/** The names that the generated server reads, and what the record says they should be. */
function wanted({ record }: ProjectEvidence): Record<string, string | undefined> {
  if (!record) return {};
  const common = { MCP_RESOURCE_URL: record.resource };
  if (record.provider === 'auth0') {
    return { AUTH0_DOMAIN: record.domain ?? hostOf(record.issuer), AUTH0_AUDIENCE: record.audience, ...common };
  }
  return { MCP_AUTH_ISSUER: record.issuer, MCP_AUTH_AUDIENCE: record.audience, ...common };
}

const hostOf = (issuer: string | undefined): string | undefined =>
  issuer !== undefined && URL.canParse(issuer) ? new URL(issuer).host : undefined;

const pairOf = ({ env }: ProjectEvidence, name: string): EnvPair | undefined =>
  env?.pairs.findLast((pair) => pair.name === name);
/** As the server sees it: the real environment wins over `.env`. */
const valueOf = (of: ProjectEvidence, name: string): string | undefined =>
  of.processEnv[name] ?? pairOf(of, name)?.value;

const load: Run = (evidence) => {
  const names = wanted(project(evidence));
  if (Object.keys(names).length === 0) return skip('Not checked: add-auth was not run in this project.');
  const missing = Object.keys(names).filter((name) => (valueOf(project(evidence), name) ?? '') === '');
  if (missing.length === 0) return pass('.env or the environment set them all.');
  const lines = missing.map((name) => `${name}=${names[name] ?? ''}`);
  return fail(
    `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not set, and the server does not start without.`,
    {
      evidence: { missing },
      fix: `Add to .env: ${lines.join('  ')} (add-auth doctor --fix does it).`,
    },
  );
};

/** A value that readers take differently from what was meant: quotes, blanks, a carriage return, a missing scheme. */
function problemOf(name: string, pair: EnvPair | undefined, raw: string, value: string): string | undefined {
  if (pair?.isUnterminated) return 'begins with a quote that never ends';
  if (raw.endsWith('\r')) return 'ends with a carriage return (the file has CRLF line ends)';
  if (value !== value.trim() || (pair?.quote === undefined && raw !== raw.trimEnd()))
    return 'ends or begins with white space';
  if (/^["'].*["']$/.test(value)) return 'has quotes inside quotes';
  if (name === 'AUTH0_DOMAIN') {
    if (value.includes('://') || value.includes('/'))
      return 'has to be the host name alone, without https:// and slash';
    return undefined;
  }
  if (!name.endsWith('_URL') && !name.endsWith('_ISSUER')) return undefined;
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) return 'is no http(s) URL';
  if (value.includes('#')) return 'has a fragment';
  if (new URL(value).protocol === 'http:' && !isLoopback(new URL(value).hostname))
    return 'is plain http on a public host';
  return undefined;
}

const format: Run = (evidence) => {
  const names = wanted(project(evidence));
  if (Object.keys(names).length === 0) return skip('Not checked: add-auth was not run in this project.');
  const of = project(evidence);
  const problems = Object.keys(names).flatMap((name) => {
    const value = valueOf(of, name) ?? '';
    const pair = of.processEnv[name] === undefined ? pairOf(of, name) : undefined;
    const problem = problemOf(name, pair, rawOf(of, pair) ?? value, value);
    return problem === undefined ? [] : [{ name, problem, value, line: pair?.line }];
  });
  const [first] = problems;
  if (!first) return pass('They are.');
  return fail(problems.map(({ name, problem }) => `${name} ${problem}`).join('; ') + '.', {
    evidence: Object.fromEntries(
      problems.map(({ name, value, line }) => [name, { value, ...(line && { line: `.env:${line}` }) }]),
    ),
    fix: `Write in .env: ${problems.map(({ name, value }) => `${name}=${names[name] ?? repaired(name, value)}`).join('  ')}`,
  });
};

const repaired = (name: string, value: string): string => {
  const plain = value.trim().replace(/^["']|["']$/g, '');
  return name === 'AUTH0_DOMAIN' ? (plain.replace('https://', '').split('/')[0] ?? plain) : plain;
};

/** The characters of the value as they stand in the file, up to the end of the line. */
function rawOf({ env }: ProjectEvidence, pair: EnvPair | undefined): string | undefined {
  if (!env || !pair || pair.quote !== undefined) return undefined;
  const line = env.text.slice(pair.valueStart, pair.end);
  const end = line.indexOf('\n');
  const raw = end < 0 ? line : line.slice(0, end);
  return raw.includes('#') ? undefined : raw;
}

const publicUrl: Run = (evidence) => {
  const of = project(evidence);
  const { record } = of;
  if (!record) return skip('Not checked: add-auth was not run in this project.');
  const drifted = Object.entries(wanted(of)).filter(
    ([name, value]) => value !== undefined && valueOf(of, name) !== value,
  );
  const [first] = drifted;
  if (first) {
    const [name, value] = first;
    return fail(
      `${name} is ${valueOf(of, name)} in ${of.processEnv[name] === undefined ? '.env' : 'the environment'}; add-auth set the project up for ${value}.`,
      {
        evidence: { [name]: valueOf(of, name), expected: value },
        fix: `Write ${name}=${value}, or run add-auth again with the option that says which is right.`,
      },
    );
  }
  const resource = new URL(record.resource);
  const issuer = record.issuer !== undefined && URL.canParse(record.issuer) ? new URL(record.issuer) : undefined;
  if (!isLoopback(resource.hostname) && issuer && isLoopback(issuer.hostname)) {
    return fail(
      `The server is public (${record.resource}), its authorization server is this machine (${record.issuer}).`,
      {
        evidence: { MCP_RESOURCE_URL: record.resource, MCP_AUTH_ISSUER: record.issuer },
        fix: 'Run add-auth again with --provider and the public authorization server.',
      },
    );
  }
  return pass(record.resource);
};

/** Names of variables that hold a secret. */
const SECRET = /SECRET|PASSWORD|PRIVATE_KEY|TOKEN|API_KEY/;

const secrets: Run = (evidence) => {
  const { env } = project(evidence);
  if (!env) return pass('There is no .env.');
  const held = env.pairs.filter(({ name, value }) => SECRET.test(name) && value !== '').map(({ name }) => name);
  if (env.isTrackedByGit === true) {
    const finding = {
      evidence: { '.env': 'tracked by git', secrets: held },
      fix: 'Run git rm --cached .env, add .env to .gitignore, and replace the secrets: they are in the history.',
    };
    return held.length > 0
      ? fail(`.env is in git, with ${held.join(', ')}.`, finding)
      : warn('.env is in git.', finding);
  }
  if (env.isIgnoredByGit === false && held.length > 0) {
    return warn('.env holds secrets and git does not ignore it.', {
      evidence: { secrets: held },
      fix: 'Add .env to .gitignore.',
    });
  }
  return pass('.env is not in git.');
};

export const ENV = {
  'env.load': load,
  'env.format': format,
  'env.public-url': publicUrl,
  'env.secrets': secrets,
} satisfies Record<string, Run>;
