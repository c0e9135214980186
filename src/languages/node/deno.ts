import { CliError } from '../../errors.ts';
import { isDeno } from '../../project/deno.ts';
import type { ProjectSnapshot } from '../../project/snapshot.ts';
import type { Dependency, Detection } from '../../types.ts';

/** Hosts that answer a Request with a Response: what the gate has been proved in, on Deno. */
const HOSTS = ['fetch', 'hono'];

const SHAPE = `Deno.serve(async (request) => {
  const transport = new WebStandardStreamableHTTPServerTransport();
  await createServer().connect(transport);
  return transport.handleRequest(request);
});`;

/** @throws CliError `unsupported-shape` for a server on Deno whose host is none of Deno's own */
export function assertServedByDeno(snapshot: ProjectSnapshot, { framework, entry }: Detection): void {
  if (!isDeno(snapshot) || HOSTS.includes(framework)) return;
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

/** What has to be in `imports` for the generated code. */
export function denoImports({ framework }: Pick<Detection, 'framework'>, { manifest }: ProjectSnapshot): Dependency[] {
  const jose = { name: 'jose', range: '^6' };
  // The types of the very Hono that the server has, from wherever it is.
  const hono = { name: 'hono', range: (manifest.dependencies['hono'] ?? '^4').replace('npm:hono@', '') };
  return framework === 'hono' ? [jose, hono] : [jose];
}

/** What a task that starts the server does not allow, and the generated code has to do. */
export function missingPermissions(
  { manifest }: Pick<ProjectSnapshot, 'manifest'>,
  { entry }: Pick<Detection, 'entry'>,
): string[] {
  const tasks = Object.entries(manifest.scripts).filter(([, task]) => task.includes(entry));
  return tasks.flatMap(([name, task]) => {
    const words = task.split(/\s+/);
    const has = (long: string, short: string): boolean =>
      words.some((word) => word === short || word === `--${long}` || word.startsWith(`--${long}=`));
    if (has('allow-all', '-A')) return [];
    const missing = [
      ...(has('allow-env', '-E') ? [] : ['--allow-env']),
      ...(has('allow-net', '-N') || task.includes('deno serve') ? [] : ['--allow-net']),
      ...(has('allow-read', '-R') ? [] : ['--allow-read=.env']),
    ];
    if (missing.length === 0) return [];
    return [`Task ${name} needs ${missing.join(' ')}: the gate reads its settings and asks the issuer for its keys.`];
  });
}
