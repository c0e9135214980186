import { setTimeout as delay } from 'node:timers/promises';
import { GraphError } from './refusal.ts';

const TRIES = 6;

/** Repeats what fails only because a new application is not known everywhere yet. */
export async function settled<T>(isFresh: boolean, work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      const isMissing =
        error instanceof GraphError && (error.status === 404 || error.codes.includes('NoBackingApplicationObject'));
      if (!isFresh || !isMissing || tried >= TRIES) throw error;
      await delay(tried * 1000);
    }
  }
}
