import { main, reportInterrupted } from './cli/main.ts';
import manifest from '../package.json' with { type: 'json' };

const argv = process.argv.slice(2);

// A reader that went away (`| head`) must not stop a run in the middle of its work.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.on('SIGINT', () => {
  // Commands with work to finish or to roll back (apply, dev) listen themselves and end the run.
  if (process.listenerCount('SIGINT') > 1) return;
  process.exit(reportInterrupted(argv));
});

let settled = false;
process.on('beforeExit', () => {
  // The loop ran dry with an answer still awaited: stdin was closed under a prompt.
  if (!settled) process.exit(reportInterrupted(argv));
});

const exit = await main(argv, manifest.version);
settled = true;
process.exitCode = exit;
// Sockets that are kept alive would hold the process; output gets a moment to drain first.
setTimeout(() => process.exit(exit), 1000).unref();
