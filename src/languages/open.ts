import { readAnyProject, type ReadOptions } from '../project/index.ts';
import type { Project } from './types.ts';

/**
 * Reads the project in a directory, in whatever language its MCP server is written.
 * @throws CliError see `readAnyProject`
 */
export async function openProject(dir: string, options: ReadOptions = {}): Promise<Project> {
  const snapshot = await readAnyProject(dir, options);
  if (snapshot.kind === 'python') return (await import('./python/index.ts')).pythonProject(snapshot);
  return (await import('./node/index.ts')).nodeProject(snapshot);
}
