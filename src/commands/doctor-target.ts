import type { GatherInput } from '../doctor/gather/index.ts';
import { CliError } from '../errors.ts';
import type { Server } from '../languages/types.ts';
import type { StartCommand } from '../types.ts';
import { isUrl } from './doctor-options.ts';

/** What is looked at, and where it answers. */
type Aim = Pick<GatherInput, 'target' | 'url' | 'isGuess' | 'project' | 'startCommand'>;

/** A URL as it is; a directory with the URL that its record names, else the one that its code listens on. */
export async function aim(target: string): Promise<Aim> {
  if (isUrl(target)) return { target: { kind: 'url', value: target }, url: target };
  // A URL is judged without the part of the program that reads projects.
  const { projectRoot } = await import('./project-root.ts');
  const { gatherProject } = await import('../doctor/static/gather-project.ts');
  const root = await projectRoot(target);
  const project = await gatherProject(root);
  const named = project.record?.resource;
  const url = named ?? (await listeningUrl(root));
  return {
    target: { kind: 'project', value: target },
    project,
    isGuess: named === undefined,
    startCommand: () => howToStart(root),
    ...(url !== undefined && URL.canParse(url) && { url }),
  };
}

/** @returns undefined when the code is not understood or does not say which port it listens on */
async function listeningUrl(root: string): Promise<string | undefined> {
  const found = await understood(root);
  if (!found) return undefined;
  const { endpoint, port } = found.detection;
  return port === undefined ? undefined : `http://localhost:${port}${endpoint === '/' ? '' : endpoint}`;
}

async function howToStart(root: string): Promise<StartCommand | undefined> {
  return (await understood(root))?.startCommand();
}

/** @returns undefined when the code is not understood */
async function understood(root: string): Promise<Server | undefined> {
  const { openProject } = await import('../languages/open.ts');
  try {
    return await (await openProject(root)).detect({ isProtected: true });
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}
