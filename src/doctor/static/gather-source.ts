import type { AuthRecord } from '../../apply/state.ts';
import type { EnvPair } from '../../edit/env-parse.ts';
import { CliError } from '../../errors.ts';
import { createReader } from '../../project/read.ts';
import { isTypeScript } from '../../project/source-files.ts';
import { listFiles } from '../../project/walk.ts';
import { readDeployment } from './deployment.ts';
import { Report } from './report.ts';
import type { SourceEvidence } from './types.ts';

interface Given {
  root: string;
  record: AuthRecord | undefined;
  env: readonly EnvPair[];
  processEnv: Readonly<Record<string, string>>;
}

/** Names that the public URL of a server goes by. */
const PUBLIC = ['MCP_RESOURCE_URL', 'MCP_SERVER_URL', 'PUBLIC_URL', 'RESOURCE_URL', 'BASE_URL', 'SERVER_URL'];

/** Reads the source of a project, in whatever language it is. Reads only, and never fails: what it cannot read, it says. */
export async function gatherSource({ root, record, env, processEnv }: Given): Promise<SourceEvidence> {
  const paths = await listFiles(root);
  const reader = createReader(root);
  const read = (path: string): string | undefined => reader.text(path);
  const report = new Report();
  const deployment = readDeployment(paths, read);
  const value = (name: string): string | undefined =>
    processEnv[name] ?? env.findLast((pair) => pair.name === name)?.value;
  const resource = record?.resource ?? PUBLIC.map(value).find((each) => each !== undefined && each !== '');
  const common = { report, deployment, resource, env: value };
  const evidence: SourceEvidence = {
    language: 'unknown',
    looked: report.looked,
    problems: report.problems,
    reads: report.reads,
    deployment,
  };

  const isManifest = (path: string): boolean => /(^|\/)(package\.json|deno\.jsonc?)$/.test(path);
  if (paths.some(isManifest)) {
    evidence.whyNot = await inspectPackage(root, common, record, evidence);
  }
  evidence.hasNoGate = report.hasNoGate;
  if (paths.some((path) => path.endsWith('.py'))) {
    const { inspectPython } = await import('./py/inspect.ts');
    const found = await inspectPython({ ...common, paths, read });
    if (found && evidence.language === 'unknown') evidence.language = 'python';
    if (found) evidence.whyNot = undefined;
  }
  if (evidence.language === 'unknown')
    evidence.whyNot ??= 'Not checked: no source of an MCP server was found in this directory.';
  return evidence;
}

type Common = Pick<
  Parameters<typeof import('./ts/inspect.ts').inspectTypeScript>[0],
  'report' | 'deployment' | 'resource' | 'env'
>;

/** @returns why the package could not be read */
async function inspectPackage(
  root: string,
  common: Common,
  record: AuthRecord | undefined,
  evidence: SourceEvidence,
): Promise<string | undefined> {
  const { readProject } = await import('../../project/index.ts');
  try {
    const snapshot = await readProject(root);
    if (snapshot.files.size === 0) return undefined;
    const { inspectTypeScript } = await import('./ts/inspect.ts');
    evidence.language = [...snapshot.files.keys()].some(isTypeScript) ? 'typescript' : 'javascript';
    inspectTypeScript({ ...common, snapshot }, record !== undefined);
    return undefined;
  } catch (error) {
    if (error instanceof CliError)
      return error.code === 'ambiguous-entry' ? `Not checked: ${error.message} ${error.fix}` : undefined;
    throw error;
  }
}
