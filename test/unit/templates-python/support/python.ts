import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, beforeAll, describe } from 'vitest';

const DRIVER = path.join(import.meta.dirname, 'driver.py');
const ENV = {
  MCP_AUTH_ISSUER: 'https://as.example',
  MCP_AUTH_AUDIENCE: 'aud',
  MCP_RESOURCE_URL: 'https://mcp.example/mcp',
};
const ASK = 'import sys; print(sys.executable if sys.version_info >= (3, 10) else "")';

/** The first Python that is young enough to run the templates; empty when there is none. */
const python =
  ['python3', 'python']
    .map((name) => spawnSync(name, ['-c', ASK], { encoding: 'utf8' }).stdout?.trim())
    .find(Boolean) ?? '';

export interface Call {
  do:
    | 'config'
    | 'parse'
    | 'headers'
    | 'metadata'
    | 'schemes'
    | 'preflight'
    | 'sessions'
    | 'admit'
    | 'verify'
    | 'spellings'
    | 'resume';
  input?: unknown;
  config?: string;
  scopes?: { TOOL_SCOPES?: object; PUBLIC_TOOLS?: string[]; BASE_SCOPES?: string[]; SCOPE_IMPLIES?: object };
  /** What is in the environment, in place of a whole configuration. */
  env?: Record<string, string>;
  cwd?: string;
}

let driver: { child: ChildProcess; lines: Interface; errors: string } | undefined;

/** Calls a function of the templates, in modules that are loaded afresh; what comes out is JSON. */
export async function callPython({ cwd = tmpdir(), env = ENV, ...call }: Call): Promise<unknown> {
  if (!driver) throw new Error('Python is called within describePython only.');
  const { child, lines } = driver;
  const answer = new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('close', () => reject(new Error(driver?.errors)));
  });
  child.stdin?.write(`${JSON.stringify({ ...call, env, cwd })}\n`);
  return JSON.parse(await answer) as unknown;
}

/** A suite for machines that have Python; where CI is set it fails without. */
export function describePython(title: string, suite: () => void): void {
  const isLeftOut = python === '' && !process.env['CI'];
  if (isLeftOut) console.warn(`No Python 3.10 or younger: "${title}" was not tested.`);
  describe.skipIf(isLeftOut)(title, () => {
    beforeAll(() => {
      const { PATH = '' } = process.env;
      const child = spawn(python, ['-B', DRIVER], { env: { PATH } });
      const started = { child, lines: createInterface(child.stdout).setMaxListeners(0), errors: '' };
      child.stderr.on('data', (piece) => (started.errors += String(piece)));
      driver = started;
    });
    afterAll(() => {
      driver?.child.kill();
      driver = undefined;
    });
    suite();
  });
}
