import { parentPort } from 'node:worker_threads';
import { diagnose } from './prove.ts';

/** A thread of its own for the compiler, which can be ended at any moment; see `prover.ts`. */
parentPort?.on('message', ({ root, paths }: { root: string; paths: string[] }) => {
  parentPort?.postMessage(diagnose(root, paths));
});
