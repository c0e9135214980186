import { applyPlan, type FileChange } from '../apply/index.ts';
import { installStep } from '../apply/install.ts';
import { assertNoNewErrors, diagnose } from '../apply/prove.ts';
import type { ProjectSnapshot } from '../project/snapshot.ts';
import type { Plan } from '../types.ts';
import type { AddOptions, Io } from './options.ts';

export interface Run {
  root: string;
  snapshot: ProjectSnapshot;
  plan: Plan;
  files: FileChange[];
}

/**
 * Writes the changes, installs what is new and type-checks the result against the state before; all of it or nothing.
 * @throws CliError what `applyPlan`, the package manager and the proof throw; the project is as before then
 */
export async function applyAndProve(
  { root, snapshot, plan, files }: Run,
  options: Pick<AddOptions, 'install' | 'verify'>,
  { ui }: Io,
): Promise<void> {
  const paths = files.map((file) => file.path);
  const isInstalled = plan.dependencies.every(({ name }) => snapshot.versionOf(name) !== undefined);
  const needsInstall = options.install && plan.dependencies.length > 0;
  const uninstalled = options.install || isInstalled ? [] : plan.dependencies.map(({ name }) => name);
  const spinner = ui.spinner(needsInstall ? 'Writing the changes and installing' : 'Writing the changes');
  try {
    const before = options.verify ? diagnose(root, paths) : undefined;
    await applyPlan(root, files, {
      install: needsInstall ? installStep(root, snapshot.packageManager) : undefined,
      verify: before && (async () => assertNoNewErrors(before, diagnose(root, paths), { uninstalled })),
    });
  } catch (error) {
    spinner.fail('Nothing was changed');
    throw error;
  }
  spinner.stop(options.verify ? 'Written, and it type-checks as before' : 'Written');
  if (!options.install && !isInstalled) {
    const names = plan.dependencies.map(({ name, range }) => `${name}@${range}`).join(' ');
    ui.warn(`${names} still has to be installed.`, `${snapshot.packageManager.name} install`);
  }
}
