import type { GatherInput } from '../doctor/gather/index.ts';
import { CliError } from '../errors.ts';
import { isUrl } from '../cli/doctor.ts';

/** What is looked at, and where it answers. */
export type Aim = Pick<GatherInput, 'target' | 'url' | 'isGuess' | 'project'>;

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
    ...(url !== undefined && URL.canParse(url) && { url }),
  };
}

/** @returns undefined when the code is not understood or does not say which port it listens on */
async function listeningUrl(root: string): Promise<string | undefined> {
  const { readProject } = await import('../project/index.ts');
  const { detect } = await import('../servers/detect.ts');
  try {
    const { detection } = detect(await readProject(root), { isProtected: true });
    const path = detection.endpoint === '/' ? '' : detection.endpoint;
    return detection.port === undefined ? undefined : `http://localhost:${detection.port}${path}`;
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}
