import { isUrl } from '../cli/doctor.ts';
import type { Examined } from '../doctor/diagnose.ts';
import type { DoctorOptions } from './doctor-options.ts';
import type { Io } from './options.ts';

/** Groups that a run of add-auth brings in order: what it wrote, and what it set up at the provider. */
const REPAIRED = ['env', 'src', 'ch', 'prm', 'cors', 'rs'];

/**
 * Repairs what is safe, by the way of every other run: plan, diff, consent, transaction.
 * @returns whether something was done
 */
export async function repair({ evidence, rootCauses }: Examined, options: DoctorOptions, io: Io): Promise<boolean> {
  const { project } = evidence;
  const mine = rootCauses.filter((id) => REPAIRED.includes(id.slice(0, id.indexOf('.'))));
  if (isUrl(options.target) || !project?.record || mine.length === 0) {
    io.ui.warn(
      isUrl(options.target)
        ? 'Behind a URL there is nothing that could be repaired from here.'
        : 'Nothing of this can be repaired safely from here.',
      'Make the change that is shown above. Given the directory of a server that add-auth protects, --fix repairs code, .env and provider settings.',
    );
    return false;
  }
  io.ui.step(`Repairing ${mine.join(', ')} with a run of add-auth`);
  const { parseArguments } = await import('../cli/parse.ts');
  const call = parseArguments([project.root, ...(options.yes ? ['--yes'] : [])], '');
  if ('text' in call) return false;
  await call.execute(io);
  return true;
}
