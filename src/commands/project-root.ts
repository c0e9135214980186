import { existsSync } from 'node:fs';
import path from 'node:path';
import { STATE_FILE } from '../apply/index.ts';
import { CliError } from '../errors.ts';
import { readAnyProject } from '../project/index.ts';

/**
 * The directory that add-auth works on when it is called with `dir`: `dir` itself once it was set up, else the package
 * that `add-auth dir` would choose (at the root of a workspace that is one of its members).
 * @returns an absolute path; `dir` itself when nothing better is found
 */
export async function projectRoot(dir: string): Promise<string> {
  const asked = path.resolve(dir);
  const traces = [STATE_FILE, path.join(path.dirname(STATE_FILE), 'add-auth')];
  if (traces.some((name) => existsSync(path.join(asked, name)))) return asked;
  try {
    return (await readAnyProject(asked)).root;
  } catch (error) {
    if (error instanceof CliError) return asked;
    throw error;
  }
}
