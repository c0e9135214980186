/** Runs one command on a project and kills itself after the n-th change of the disk. */
import { applyPlan, applyRemote, remove } from '../../../../src/apply/index.ts';
import { CliError } from '../../../../src/errors.ts';
import { watchedDisk } from '../mortal-disk.ts';
import { ACCOUNT, STEPS, installLock, installUntilAborted, planFor, sendTo } from './scenario.ts';

const [command = '', root = '', n = '0'] = process.argv.slice(2);
let left = Number(n);
const disk = watchedDisk(() => {
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
});

if (command === 'apply') await applyPlan(root, planFor(root), { disk, install: installLock(root) });
if (command === 'remove') await remove(root, { disk });
if (command === 'remote') await applyRemote(root, ACCOUNT, STEPS, sendTo(root), disk);
if (command === 'wait') {
  try {
    await applyPlan(root, planFor(root), { install: installUntilAborted(root) });
  } catch (error) {
    process.exitCode = error instanceof CliError ? error.exit : 1;
  }
}
