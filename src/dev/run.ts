import path from 'node:path';
import { EXIT } from '../errors.ts';
import { standardEnv } from '../providers/standard.ts';
import { runBeside } from './beside.ts';
import type { Report } from './report.ts';
import { startLocalServer } from './server.ts';
import { liveSettings, type LocalSettings } from './settings.ts';

export interface DevRun {
  /** Project directory. */
  dir: string;
  /** Command to run beside the server; empty: none. */
  command: string[];
  report: Report;
  /** stdout belongs to a JSON document: the command writes to stderr instead. */
  json?: boolean;
  /** Called once the server answers. */
  onReady?: (settings: LocalSettings) => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs the embedded authorization server until Ctrl-C, or as long as the command beside it runs.
 * @returns the exit code of the command; 130 when interrupted
 * @throws CliError when the project has no provider local, the port is taken, or the command does not exist
 */
export async function runDev({ dir, command, report, json = false, onReady }: DevRun): Promise<number> {
  const root = path.resolve(dir);
  const interruption = listenForSignals();
  try {
    const settings = liveSettings(root, report);
    const now = settings();
    const server = await startLocalServer({ root, settings, report });
    try {
      announce(now, report);
      onReady?.(now);
      if (command.length === 0) return await interruption.promise.then(() => EXIT.interrupted);
      const code = await runBeside({ root, command, env: environment(now), json, interruption });
      return interruption.signal === undefined ? code : EXIT.interrupted;
    } finally {
      await server.close();
    }
  } finally {
    interruption.stop();
  }
}

/** What the rewritten server reads; it wins over the project's `.env`. */
function environment(settings: LocalSettings): Record<string, string> {
  return Object.fromEntries(standardEnv(settings).map(({ name, value }) => [name, value]));
}

function announce({ issuer, resource, scopes }: LocalSettings, report: Report): void {
  report.warn('DEVELOPMENT ONLY: this authorization server signs in anybody. Never point a public server at it.');
  report.info(`Authorization server ready at ${issuer} (this machine only)`);
  report.info(`  for ${resource}, scopes: ${scopes.join(' ') || 'none'}`);
  report.info('  Connect a client to that URL and sign in with any name. Ctrl-C ends it.');
}

export interface Interruption {
  /** Settles with the first signal. */
  promise: Promise<NodeJS.Signals>;
  signal: NodeJS.Signals | undefined;
  /** Called for every signal, also the second one of somebody in a hurry. */
  onSignal: (signal: NodeJS.Signals) => void;
  stop(): void;
}

function listenForSignals(): Interruption {
  let settle: (signal: NodeJS.Signals) => void;
  const interruption: Interruption = {
    promise: new Promise((resolve) => (settle = resolve)),
    signal: undefined,
    onSignal: () => undefined,
    stop: () => SIGNALS.forEach((signal) => process.off(signal, listener)),
  };
  const listener = (signal: NodeJS.Signals): void => {
    interruption.onSignal(signal);
    interruption.signal ??= signal;
    settle(signal);
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return interruption;
}
