import { applyPlan, type FileChange } from '../apply/index.ts';
import { installStep } from '../apply/install.ts';
import { assertNoNewErrors, type Diagnosis } from '../apply/prove.ts';
import { createProver } from '../apply/prover.ts';
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
  const needsInstall = options.install && plan.dependencies.length > 0;
  const uninstalled = options.install ? [] : plan.dependencies.map(({ name }) => name);
  const spinner = ui.spinner(needsInstall ? 'Writing the changes and installing' : 'Writing the changes');
  const prover = options.verify ? createProver(root) : undefined;
  let proven: Diagnosis | undefined;
  try {
    const before = await prover?.diagnose(paths);
    await applyPlan(root, files, {
      install: needsInstall ? installStep(root, snapshot.packageManager) : undefined,
      verify:
        prover &&
        before &&
        (async (signal) => {
          proven = await prover.diagnose(paths, signal);
          assertNoNewErrors(before, proven, { uninstalled });
        }),
    });
  } catch (error) {
    spinner.fail('Nothing was changed');
    throw error;
  } finally {
    await prover?.end();
  }
  spinner.stop(proven ? `Written, and ${proofOf(proven)}` : 'Written');
  if (options.install) return;
  // A lock file may name a version that is not installed.
  const absent = plan.dependencies.filter(
    ({ name }) => snapshot.versionOf(name) === undefined || proven?.missing.has(name),
  );
  const names = absent.map(({ name, range }) => `${name}@${range}`).join(' ');
  if (names !== '') ui.warn(`${names} still has to be installed.`, `${snapshot.packageManager.name} install`);
}

/** What was really looked at. */
function proofOf({ isTyped, missing }: Diagnosis): string {
  if (!isTyped) return 'it parses (plain JavaScript has no types to check)';
  const names = [...missing].sort();
  const shown =
    names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more packages` : names.join(', ');
  return names.length === 0
    ? 'it type-checks as before'
    : `it type-checks as before, as far as that goes without ${shown}`;
}
