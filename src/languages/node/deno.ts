import { existsSync } from 'node:fs';
import path from 'node:path/posix';
import { CliError } from '../../errors.ts';
import { denoManifestIn } from '../../project/deno.ts';
import type { ProjectSnapshot } from '../../project/snapshot.ts';
import type { Dependency, Detection } from '../../types.ts';

/** Hosts that answer a Request with a Response: what the gate has been proved in, on Deno. */
const HOSTS = ['fetch', 'hono'];

const SHAPE = `Deno.serve(async (request) => {
  const transport = new WebStandardStreamableHTTPServerTransport();
  await createServer().connect(transport);
  return transport.handleRequest(request);
});`;

/**
 * What detection comes to on Deno: its port where the code names none, and what has to be allowed.
 * @throws CliError `unsupported-shape` for a server whose host is none of Deno's own
 */
export function onDeno(snapshot: ProjectSnapshot, detection: Detection): Detection {
  const { framework, entry, notes } = detection;
  if (HOSTS.includes(framework)) {
    return { ...denoPort(snapshot), ...detection, notes: [...notes, ...missingPermissions(snapshot, entry)] };
  }
  throw new CliError(
    'unsupported-shape',
    `${entry} serves MCP on Deno with ${framework}; add-auth protects Deno.serve, export default { fetch } and Hono there.`,
    'Serve it with one of them, then run add-auth again.',
    { manual: [{ what: 'A shape of server that add-auth can protect on Deno', snippet: SHAPE }] },
  );
}

/** @throws CliError `stdio-only`: what starts a server of Deno would be another thing than for Node.js */
export function noHttpBeside(): never {
  throw new CliError(
    'stdio-only',
    'add-auth cannot give a server on Deno a Streamable HTTP side.',
    'Serve it with Deno.serve beside stdio, then run add-auth again.',
    { manual: [{ what: 'A shape of server that add-auth can protect on Deno', snippet: SHAPE }] },
  );
}

/**
 * A file for Deno in a project of Node.js, such as an Edge Function of Supabase beside a web app: it has packages of its
 * own, and imports need the endings of files.
 * @throws CliError `unsupported-shape` with the directory that is a project by itself
 */
export function refuseDenoInside({ root, subdir = '' }: ProjectSnapshot, { entry }: Pick<Detection, 'entry'>): void {
  const exists = (file: string): boolean => existsSync(path.join(root, file));
  for (let dir = path.dirname(entry); dir !== '.'; dir = path.dirname(dir)) {
    const manifest = denoManifestIn((file) => exists(path.join(dir, file)));
    if (manifest === undefined || exists(path.join(dir, 'package.json'))) continue;
    throw new CliError(
      'unsupported-shape',
      `${entry} is a server for Deno, with the packages of ${path.join(dir, manifest)} and not those of package.json.`,
      `Run add-auth in the directory of that server: add-auth ${path.join(subdir, dir)}`,
    );
  }
}

/** What has to be in `imports` for the generated code. */
export function denoImports({ framework }: Pick<Detection, 'framework'>, { manifest }: ProjectSnapshot): Dependency[] {
  const jose = { name: 'jose', range: '^6' };
  // The types of the very Hono that the server has, from wherever it is.
  const hono = { name: 'hono', range: (manifest.dependencies['hono'] ?? '^4').replace('npm:hono@', '') };
  return framework === 'hono' ? [jose, hono] : [jose];
}

/** What a program of Deno listens on that says nothing of a port: `Deno.serve`, `deno serve`. */
const PORT = 8000;
/** Not the end of `transport`. */
const PORT_WORDS = [' port:', ' port,', ' port }', '(port', '.port', '-port', 'PORT'];

/** The port of a server, where nothing in the project speaks of one. */
function denoPort({ files, manifest }: Pick<ProjectSnapshot, 'files' | 'manifest'>): { port?: number } {
  const texts = [...files.values(), ...Object.values(manifest.scripts)];
  return texts.some((text) => PORT_WORDS.some((word) => text.includes(word))) ? {} : { port: PORT };
}

/** How a program is started that no task starts: what it exports is served, unless it serves by itself. */
export function denoCommand({ files }: Pick<ProjectSnapshot, 'files'>, entry: string): string {
  const text = files.get(entry) ?? '';
  const way = text.includes('export default') && !text.includes('Deno.serve(') ? 'serve' : 'run';
  return `deno ${way} --allow-net --allow-env --allow-read ${entry}`;
}

/** What a task that starts the server does not allow, and the generated code has to do. */
function missingPermissions({ manifest }: Pick<ProjectSnapshot, 'manifest'>, entry: string): string[] {
  const tasks = Object.entries(manifest.scripts).filter(([, task]) => task.includes(entry));
  return tasks.flatMap(([name, task]) => {
    const words = task.split(/\s+/);
    const has = (long: string, short: string): boolean =>
      words.some((word) => word === short || word === `--${long}` || word.startsWith(`--${long}=`));
    if (has('allow-all', '-A')) return [];
    const missing = [
      ...(has('allow-env', '-E') ? [] : ['--allow-env']),
      ...(has('allow-net', '-N') ? [] : ['--allow-net']),
      ...(has('allow-read', '-R') ? [] : ['--allow-read=.env']),
    ];
    if (missing.length === 0) return [];
    return [`Task ${name} needs ${missing.join(' ')}: the gate reads its settings and asks the issuer for its keys.`];
  });
}
