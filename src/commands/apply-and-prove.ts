import { applyPlan, type FileChange } from '../apply/index.ts';
import type { Proven } from '../apply/proof.ts';
import type { Installation, Project } from '../languages/types.ts';
import type { Dependency, Plan } from '../types.ts';
import { dependencyText } from '../ui/dependency.ts';
import type { AddOptions, Io } from './options.ts';

export interface Run {
  project: Project;
  plan: Plan;
  files: FileChange[];
}

/**
 * Writes the changes, installs what is new and proves the result against the state before; all of it or nothing.
 * @throws CliError what `applyPlan`, the package manager and the proof throw; the project is as before then
 */
export async function applyAndProve(
  { project, plan, files }: Run,
  options: Pick<AddOptions, 'install' | 'verify'>,
  { ui }: Io,
): Promise<void> {
  const paths = files.map((file) => file.path);
  const installation = project.packages.install(plan.dependencies);
  const step = options.install && plan.dependencies.length > 0 ? installation.step : undefined;
  const uninstalled = step ? [] : plan.dependencies.map(({ name }) => name);
  const spinner = ui.spinner(step ? 'Writing the changes and installing' : 'Writing the changes');
  const proof = options.verify ? project.proof() : undefined;
  let proven: Proven | undefined;
  try {
    await proof?.before(paths);
    await applyPlan(project.root, files, {
      install: step,
      verify: proof && (async (signal) => void (proven = await proof.after(paths, { uninstalled, signal }))),
    });
  } catch (error) {
    spinner.fail('The project is as it was');
    throw error;
  } finally {
    await proof?.end();
  }
  spinner.stop(proven ? `Written, and ${proven.summary}` : 'Written');
  if (!step) tellWhatIsAbsent(plan.dependencies, proven, { project, installation, ui });
}

/** A lock file may name a version that is not installed. */
function tellWhatIsAbsent(
  needed: readonly Dependency[],
  proven: Proven | undefined,
  { project, installation, ui }: { project: Project; installation: Installation; ui: Io['ui'] },
): void {
  const { versionOf } = project.packages;
  const absent = needed.filter(({ name }) => versionOf(name) === undefined || proven?.missing.has(name));
  const names = absent.map(dependencyText).join(' ');
  if (names !== '') ui.warn(`${names} still has to be installed.`, installation.command);
}
