import fs from 'node:fs';
import path from 'node:path';
import { hashOf, type ExternalStep, type FileChange, type RemoteContext } from '../../../../src/apply/index.ts';
import type { RemoteStep } from '../../../../src/types.ts';

/** A project before, and the same after a run. */
export const OLD: Record<string, string> = {
  'src/server.ts': 'old server\n',
  'package.json': '{ "name": "x" }\n',
  '.env': 'SECRET=1\n',
  'gone.txt': 'bye\n',
  'package-lock.json': 'old lock\n',
  '.mcp-builder/state.json': '{ "other": 1 }\n',
};

const SERVER = 'new server\n';

const NEW: Record<string, string | null> = {
  'src/auth/gate.ts': 'gate\n',
  'src/auth/scopes.ts': 'scopes\n',
  'src/server.ts': SERVER,
  'package.json': '{ "name": "x", "dependencies": { "jose": "^6" } }\n',
  'gone.txt': null,
  '.mcp-builder/state.json': `${JSON.stringify({ other: 1, auth: { files: { 'src/server.ts': hashOf(Buffer.from(SERVER)) } } })}\n`,
  '.env': 'SECRET=1\nMCP_RESOURCE_URL=x\n',
};

/** The changes that lead from what is on disk to the new project. */
export function planFor(root: string): FileChange[] {
  return Object.entries(NEW).flatMap(([name, after]) => {
    const file = path.join(root, name);
    const before = fs.existsSync(file) ? fs.readFileSync(file) : null;
    const change: FileChange = { path: name, before, after: after === null ? null : Buffer.from(after) };
    return before?.toString() === after ? [] : [name === '.env' ? { ...change, mode: 0o600 } : change];
  });
}

/** Stands for the package manager: it writes the lock file. */
export function installLock(root: string): ExternalStep {
  return {
    tracked: ['package-lock.json'],
    run: async () => fs.writeFileSync(path.join(root, 'package-lock.json'), 'new lock\n'),
  };
}

/** A package manager that says it has begun and then takes for ever. */
export function installUntilAborted(root: string): ExternalStep {
  return {
    ...installLock(root),
    run: (signal) =>
      new Promise((_, reject) => {
        fs.writeFileSync(path.join(root, 'package-lock.json'), 'half a lock\n');
        process.stdout.write('installing\n');
        const forEver = setInterval(() => undefined, 1000);
        signal.addEventListener('abort', () => {
          clearInterval(forEver);
          reject(new Error('the package manager was interrupted'));
        });
      }),
  };
}

export const ACCOUNT = { provider: 'vendor', target: { domain: 'tenant.example.com' } };

export const STEPS = ['api', 'grant'].map((id): RemoteStep => {
  return { id, resource: id, verb: 'create', summary: '', want: { name: id }, reversible: true };
});

/** The plan of a run that looks first: what the provider has been sent is there, and stays. */
export function stepsAfter(root: string): RemoteStep[] {
  const sent = fs.existsSync(path.join(root, 'sent.txt')) ? fs.readFileSync(path.join(root, 'sent.txt'), 'utf8') : '';
  return STEPS.map((step) => (sent.includes(step.id) ? { ...step, verb: 'keep', ref: `id-of-${step.id}` } : step));
}

/** Stands for the provider: it notes in a file what it was sent. */
export function sendTo(root: string): (step: RemoteStep, context: RemoteContext) => Promise<{ ref: string }> {
  return async ({ id }, { mayBeDone }) => {
    fs.appendFileSync(path.join(root, 'sent.txt'), `${id}${mayBeDone ? '?' : ''}\n`);
    return { ref: `id-of-${id}` };
  };
}
