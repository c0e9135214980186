import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { parsePython } from '../edit/python-tree.ts';
import { CliError } from '../errors.ts';
import { isRecord } from '../is-record.ts';
import type { Proof } from './proof.ts';

/**
 * Proves that changed Python files parse, and, with the Python of the project itself, that the generated package can be
 * loaded. The server's own code is not run: importing it may start anything.
 * @param interpreter absolute path of the project's Python
 */
export function proofByPython(root: string, interpreter: string | undefined): Proof {
  return {
    before: async () => undefined,
    after: async (paths, { signal }) => {
      const sources = paths.filter((file) => file.endsWith('.py') && existsSync(path.join(root, file)));
      await assertParses(root, sources);
      if (interpreter === undefined) return { summary: 'it parses', missing: new Set() };
      await assertCompiles(root, sources, { interpreter, signal });
      const gate = sources.find((file) => path.basename(file) === 'gate.py');
      const missing = gate && (await load(path.join(root, path.dirname(gate)), { interpreter, signal }));
      return {
        summary: gate && missing === undefined ? 'it compiles, and the generated package loads' : 'it compiles',
        missing: new Set(missing === undefined ? [] : [missing]),
      };
    },
    end: async () => undefined,
  };
}

interface Runner {
  interpreter: string;
  signal: AbortSignal;
}

async function assertParses(root: string, sources: string[]): Promise<void> {
  for (const file of sources) {
    const { errorLine } = await parsePython(readFileSync(path.join(root, file), 'utf8'));
    if (errorLine !== undefined) throw unproven(`${file}:${errorLine} cannot be parsed`);
  }
}

/** Reads files and writes none: no `__pycache__`. */
const COMPILE = 'import sys\nfor f in sys.argv[1:]:\n compile(open(f, "rb").read(), f, "exec", dont_inherit=True)\n';

/** The project's own Python may be older than the grammar. */
async function assertCompiles(root: string, sources: string[], { interpreter, signal }: Runner): Promise<void> {
  const options = { cwd: root, reject: false, cancelSignal: signal, stdin: 'ignore' } as const;
  const { exitCode, stderr } = await execa(interpreter, ['-I', '-B', '-c', COMPILE, ...sources], options);
  signal.throwIfAborted();
  if (exitCode !== 0) throw unproven(stderr.trim().split('\n').slice(-4).join('\n'));
}

/** Says what happened as JSON; a module that is missing is told by its name. */
const LOAD = `import importlib, json, sys
sys.path.insert(0, sys.argv[1])
try:
    importlib.import_module(sys.argv[2])
    print(json.dumps({}))
except ModuleNotFoundError as error:
    print(json.dumps({"missing": error.name}))
except BaseException as error:
    print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
`;

/** @returns the module that is not installed, undefined when all is well */
async function load(folder: string, { interpreter, signal }: Runner): Promise<string | undefined> {
  const args = ['-I', '-B', '-c', LOAD, path.dirname(folder), path.basename(folder)];
  const { stdout } = await execa(interpreter, args, { reject: false, cancelSignal: signal, stdin: 'ignore' });
  signal.throwIfAborted();
  const answer = parsed(stdout);
  if (!isRecord(answer)) throw unproven("The project's Python does not start");
  if (typeof answer['error'] === 'string')
    throw unproven(`${path.basename(folder)} cannot be loaded: ${answer['error']}`);
  return typeof answer['missing'] === 'string' ? answer['missing'] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.trim().split('\n').at(-1) ?? '');
  } catch {
    return undefined;
  }
}

function unproven(what: string): CliError {
  return new CliError(
    'verification-failed',
    'The rewritten project does not pass a check by Python; everything was put back.',
    'Report this with the lines below, or run again with --no-verify and repair it by hand.',
    { manual: [{ what: 'What was found', snippet: what }] },
  );
}
