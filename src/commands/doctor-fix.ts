import { applyPlan } from '../apply/index.ts';
import type { Examined } from '../doctor/diagnose.ts';
import { groupOf } from '../doctor/ids.ts';
import type { ProjectEvidence } from '../doctor/static/types.ts';
import { normaliseEnv } from '../edit/env-normalise.ts';
import { CliError } from '../errors.ts';
import { fileDiff } from '../ui/diff.ts';
import type { DoctorOptions } from './doctor-options.ts';
import { ADD_DEFAULTS, type Io } from './options.ts';

/** Groups that a run of add-auth brings in order: what it wrote, and what it set up at the provider. */
const REPAIRED = ['env', 'src', 'ch', 'prm', 'as', 'cors', 'rs'];

/**
 * Repairs what is safe, by the way of every other run: plan, diff, consent, transaction.
 * @returns whether something was done
 * @throws CliError whatever a run of add-auth throws; `interrupted` when the person says no
 */
export async function repair({ evidence, rootCauses }: Examined, options: DoctorOptions, io: Io): Promise<boolean> {
  const { project } = evidence;
  const mine = rootCauses.filter((id) => REPAIRED.includes(groupOf(id)));
  if (!project?.record || mine.length === 0) {
    io.ui.warn(
      evidence.target.kind === 'url'
        ? 'Behind a URL there is nothing that could be repaired from here.'
        : 'Nothing of this can be repaired safely from here.',
      'Make the change that is shown above. In the directory of a server that add-auth protects, --fix repairs code, settings (.env) and what is at the provider.',
    );
    return false;
  }
  io.ui.step(`Repairing ${mine.join(', ')}`);
  if (mine.includes('env.format')) await repairEnv(project, io);
  // The same run that set the project up brings back what is missing.
  const { add } = await import('./add.ts');
  await add({ ...ADD_DEFAULTS, dir: project.root, yes: options.yes }, io);
  return true;
}

/** Values that readers take differently are written plainly; `add-auth` itself keeps the spelling of a file. */
async function repairEnv({ root, settings, env, record }: ProjectEvidence, { ui, mode }: Io): Promise<void> {
  if (!env) return;
  const after = normaliseEnv(env.text, record?.env ?? []);
  if (after === env.text) return;
  const { diff } = fileDiff(settings, env.text, after, new Set(record?.env));
  ui.result(diff);
  if (mode.interactive && !(await ui.ask.confirm({ message: `Write this to ${settings}?`, option: '--yes' }))) {
    throw new CliError('interrupted', 'Nothing was changed.', 'Run it again when you are ready.');
  }
  await applyPlan(root, [{ path: settings, before: Buffer.from(env.text), after: Buffer.from(after) }]);
}
