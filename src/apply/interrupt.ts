import { CliError } from '../errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption {
  /** Aborts when a signal arrives. */
  signal: AbortSignal;
  /** @throws CliError `interrupted` once a signal has arrived */
  check(): void;
}

const running = new Set<AbortController>();
const hold = (): void => running.forEach((controller) => controller.abort());
let silenced: (readonly [NodeJS.Signals, NodeJS.SignalsListener[]])[] = [];

/**
 * Runs an action that must not be torn apart: signals that would end the process are held back and reported by
 * `check`, so that the action can put things back first. Other listeners are silent meanwhile.
 */
export async function uninterrupted<T>(action: (interruption: Interruption) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  if (running.size === 0) holdSignals();
  running.add(controller);
  const check = (): void => {
    if (!controller.signal.aborted) return;
    throw new CliError('interrupted', 'Interrupted; the project is as it was before.', 'Run the command again.');
  };
  try {
    return await action({ signal: controller.signal, check });
  } finally {
    running.delete(controller);
    if (running.size === 0) releaseSignals();
  }
}

function holdSignals(): void {
  silenced = SIGNALS.map((name) => [name, process.listeners(name) as NodeJS.SignalsListener[]] as const);
  // Ours first: without any listener Node drops a signal that has come but is not delivered yet.
  for (const [name, listeners] of silenced) {
    process.on(name, hold);
    for (const listener of listeners) process.off(name, listener);
  }
}

function releaseSignals(): void {
  for (const [name, listeners] of silenced) {
    for (const listener of listeners) process.on(name, listener);
    process.off(name, hold);
  }
}

/** Lets signals that are waiting be delivered: the first turn may end before the loop looks for them again. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
