import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { diagnose, type Diagnosis } from './prove.ts';

/** The compiler, for as long as a run lasts. */
export interface Prover {
  /**
   * @param paths relative to the project root; see `diagnose`
   * @param signal ends the check at once; the promise is rejected then
   */
  diagnose(paths: readonly string[], signal?: AbortSignal): Promise<Diagnosis>;
  end(): Promise<void>;
}

/** Beside the bundle; sources that are run as they are have none. */
const WORKER = new URL('./prove-worker.js', import.meta.url);

/**
 * A type check takes seconds in which its thread hears of nothing, not even of Ctrl-C. So it gets a thread of its own,
 * which is ended when the run is.
 * @param root the project directory
 */
export function createProver(root: string, thread = WORKER): Prover {
  return existsSync(thread) ? apart(root, thread) : here(root);
}

function here(root: string): Prover {
  return { diagnose: async (paths) => diagnose(root, paths), end: async () => undefined };
}

function apart(root: string, thread: URL): Prover {
  const worker = new Worker(thread);
  const end = (): void => void worker.terminate();
  return {
    diagnose: async (paths, signal) => {
      signal?.addEventListener('abort', end, { once: true });
      if (signal?.aborted) end();
      worker.postMessage({ root, paths });
      try {
        return await answerOf(worker);
      } finally {
        signal?.removeEventListener('abort', end);
      }
    },
    end: async () => void (await worker.terminate()),
  };
}

function answerOf(worker: Worker): Promise<Diagnosis> {
  return new Promise((resolve, reject) => {
    const settle = (how: () => void): void => {
      worker.off('message', answered).off('error', failed).off('exit', ended);
      how();
    };
    const answered = (diagnosis: Diagnosis): void => settle(() => resolve(diagnosis));
    const failed = (error: Error): void => settle(() => reject(error));
    const ended = (): void => settle(() => reject(new Error('The type check was ended.')));
    worker.on('message', answered).on('error', failed).on('exit', ended);
  });
}
