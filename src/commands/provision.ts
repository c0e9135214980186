import { applyRemote, forgetRemoteLog, hasRemoteLog } from '../apply/index.ts';
import { setInterruptAdvice } from '../interrupt-advice.ts';
import type { Warning } from '../types.ts';
import { withRemote, type Decided, type ProjectRead } from './decide.ts';
import type { Io } from './options.ts';

/** A run that ended in the middle of its steps at the provider. */
const UNFINISHED: Required<Warning> = {
  message: 'What was done at the provider until then stays, and is written down.',
  fix: 'Run the same command again to finish it, or add-auth remove --remote to take it back.',
};

/** Whether anything is to be done at the provider, or was done by a run that died before it could write that down. */
export function hasRemoteWork(root: string, { plan, answers }: Decided): boolean {
  return plan.remote.some(({ verb }) => verb !== 'keep') || hasRemoteLog(root, answers.account);
}

/**
 * Carries out the steps at the provider, then writes the project's files, which hold the results.
 * @returns what was written
 * @throws CliError `provider-refused`, and what `write` throws; what was done at the provider is recorded, and the next
 *   run goes on from there
 */
export async function provision(
  project: ProjectRead,
  decided: Decided,
  io: Io,
  write: (result: Pick<Decided, 'plan' | 'files'>) => Promise<void>,
): Promise<Pick<Decided, 'plan' | 'files'>> {
  const { root } = project;
  const { account } = decided.answers;
  if (hasRemoteWork(root, decided)) setInterruptAdvice(UNFINISHED.fix);
  try {
    const result = withRemote(decided, project, await sendSteps(root, decided, io));
    await write(result);
    forgetRemoteLog(root, account);
    return result;
  } catch (error) {
    if (hasRemoteLog(root, account)) io.ui.warn(UNFINISHED.message, UNFINISHED.fix);
    throw error;
  } finally {
    setInterruptAdvice(undefined);
  }
}

function sendSteps(root: string, { plan, answers }: Decided, { ui }: Io): ReturnType<typeof applyRemote> {
  return applyRemote(root, answers.account, plan.remote, async (step, context) => {
    if (!answers.connection.apply) throw new Error(`${plan.provider.name} plans steps and cannot carry them out`);
    const spinner = ui.spinner(step.summary);
    try {
      const applied = await answers.connection.apply(step, context);
      spinner.stop(step.summary);
      return applied;
    } catch (error) {
      spinner.fail(step.summary);
      throw error;
    }
  });
}
