import { isLoopback } from '../../oauth/loopback.ts';
import type { Evidence } from '../evidence.ts';
import type { Run } from '../run-checks.ts';
import type { ProjectEvidence } from '../static/types.ts';
import { fail, pass, skip, warn, type Finding } from '../types.ts';
import { format, load } from './env-format.ts';
import { isAddress, pairOf, valueOf, variablesOf } from './env-variables.ts';

const project = (evidence: Evidence): ProjectEvidence => evidence.project!;

const publicUrl: Run = (evidence) => {
  const of = project(evidence);
  const { record } = of;
  if (!record) return foreignUrl(of);
  const drifted = variablesOf(of).find(
    ({ name, expected }) => expected !== undefined && valueOf(of, name) !== expected,
  );
  if (drifted) {
    const { name, expected } = drifted;
    const found = fail(
      `${name} is ${valueOf(of, name)} in ${of.processEnv[name] === undefined ? of.settings : 'the environment'}; add-auth set the project up for ${expected}.`,
      {
        evidence: { [name]: valueOf(of, name), expected },
        fix: `Write ${name}=${expected}, or run add-auth again with the option that says which is right.`,
      },
    );
    return name === 'MCP_RESOURCE_URL' ? found : { ...found, title: `${name} is what add-auth set up` };
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

/** The address that another server believes to have. */
function foreignUrl(of: ProjectEvidence): Finding {
  const names = variablesOf(of)
    .map(({ name }) => name)
    .filter((name) => isAddress(name) && URL.canParse(valueOf(of, name) ?? ''));
  const [first] = names;
  if (first === undefined)
    return skip(`Not checked: no variable with the public URL of the server was found in ${of.settings}.`);
  const value = valueOf(of, first) ?? '';
  const url = new URL(value);
  const evidence = { [first]: value };
  if (!isLoopback(url.hostname)) {
    if (url.protocol !== 'http:') return pass(`${first}=${value}`);
    return fail(`${first} is plain http on a public host (${value}).`, {
      evidence,
      fix: `Write ${first}=${value.replace('http://', 'https://')}`,
    });
  }
  const isProduction = valueOf(of, 'NODE_ENV') === 'production' || pairOf(of, 'ENV')?.value === 'production';
  const where = of.source?.deployment.files[0];
  if (!isProduction && where === undefined) return pass(`${first}=${value}, for this machine`);
  const finding = { evidence, fix: `Write ${first}= with the URL that clients type, https://HOST${url.pathname}` };
  // On the machine of a developer this is as it should be, whatever a Dockerfile is for.
  return isProduction
    ? fail(`${first} is ${value} in production, and clients elsewhere cannot reach that.`, finding)
    : warn(`${first} is ${value}, and ${where} deploys the server elsewhere: there it needs the public URL.`, finding);
}

/** Names of variables that hold a secret. */
const SECRET = /SECRET|PASSWORD|PRIVATE_KEY|TOKEN|API_KEY/;

const secrets: Run = (evidence) => {
  const { env, settings, source } = project(evidence);
  const inCode = source?.problems.filter(({ id }) => id === 'env.secrets') ?? [];
  const [first] = inCode;
  if (first) {
    return fail(`${first.file}:${first.line} ${first.detail}`, {
      evidence: { places: inCode.map(({ file, line, detail }) => `${file}:${line} ${detail}`) },
      fix: first.fix,
    });
  }
  if (!env) return pass(`There is no ${settings}.`);
  const held = env.pairs.filter(({ name, value }) => SECRET.test(name) && value !== '').map(({ name }) => name);
  if (env.isTrackedByGit === true) {
    const finding = {
      evidence: { [settings]: 'tracked by git', secrets: held },
      fix: `Run git rm --cached ${settings}, add ${settings} to .gitignore, and replace the secrets: they are in the history.`,
    };
    return held.length > 0
      ? fail(`${settings} is in git, with ${held.join(', ')}.`, finding)
      : warn(`${settings} is in git.`, finding);
  }
  if (env.isIgnoredByGit === false && held.length > 0) {
    return warn(`${settings} holds secrets and git does not ignore it.`, {
      evidence: { secrets: held },
      fix: `Add ${settings} to .gitignore.`,
    });
  }
  return pass(`${settings} is not in git.`);
};

export const ENV = {
  'env.load': load,
  'env.format': format,
  'env.public-url': publicUrl,
  'env.secrets': secrets,
} satisfies Record<string, Run>;
