import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readState } from '../../apply/index.ts';
import { parseEnv } from '../../edit/env-parse.ts';
import { isAboutAuth } from '../checks/env-variables.ts';
import { createReader } from '../../project/read.ts';
import { settingsFileOf, WRANGLER_FILES } from '../../project/settings-file.ts';
import { SERVER_VARIABLES } from '../../providers/standard.ts';
import { gatherSource } from './gather-source.ts';
import { gatherProvider } from './gather-provider.ts';
import type { EnvEvidence, ProjectEvidence } from './types.ts';

/**
 * What a project says about itself. Reads only.
 * @param root absolute path
 * @throws CliError `state-unreadable`
 */
export async function gatherProject(
  root: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<ProjectEvidence> {
  const { auth: record } = readState(root);
  const reader = createReader(root);
  const isWorker = !record && WRANGLER_FILES.some((file) => reader.exists(file));
  const settings = settingsFileOf(reader, record ?? (isWorker ? { runtime: 'workers' } : {}));
  const text = reader.text(settings);
  const env = text === undefined ? undefined : await readEnv(root, settings, text);
  const named = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
  const processEnv = named(SERVER_VARIABLES);
  const source = await gatherSource({ root, record, env: env?.pairs ?? [], processEnv });
  if (record) source.problems.push(...(await gatherProvider(root, record, source)));
  return {
    root,
    record,
    settings,
    env,
    processEnv: { ...named(source.reads.map(({ name }) => name).filter(isAboutAuth)), ...processEnv },
    source,
  };
}

async function readEnv(root: string, file: string, text: string): Promise<EnvEvidence> {
  const [isTracked, isIgnored] = await Promise.all([
    git(root, ['ls-files', '--error-unmatch', file]),
    git(root, ['check-ignore', '-q', file]),
  ]);
  return { text, pairs: parseEnv(text), isTrackedByGit: isTracked, isIgnoredByGit: isIgnored };
}

/** @returns whether git said yes; undefined without git or outside of a repository */
async function git(cwd: string, args: string[]): Promise<boolean | undefined> {
  try {
    await promisify(execFile)('git', args, { cwd });
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === 1 ? false : undefined;
  }
}
