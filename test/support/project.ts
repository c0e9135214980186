import { NO_WISHES } from '../../src/providers/types.ts';
import { createHash } from 'node:crypto';
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { add } from '../../src/commands/add.ts';
import type { AddOptions, CommandResult, Io, RemoveOptions } from '../../src/commands/options.ts';
import { remove } from '../../src/commands/remove.ts';
import { createUi } from '../../src/ui/index.ts';
import type { AddJson } from '../../src/ui/json.ts';
import { ROOT } from './built.ts';

/** Fixtures on another major of a package: it is installed here under a name of its own. */
const OTHER_MAJORS: Record<string, [name: string, installed: string]> = {
  'nest-2': ['@rekog/mcp-nest', 'mcp-nest-2'],
  'nest-fastify': ['@rekog/mcp-nest', 'mcp-nest-2'],
};

/** A writable copy of `test/fixtures/<name>/before` that finds its packages in this repository. */
export function copyOfFixture(name: string): string {
  const parent = path.join(ROOT, '.tmp');
  mkdirSync(parent, { recursive: true });
  const project = mkdtempSync(path.join(parent, `${name}-`));
  cpSync(path.join(ROOT, 'test/fixtures', name, 'before'), project, { recursive: true });
  const [module, installed] = OTHER_MAJORS[name] ?? [];
  if (module !== undefined && installed !== undefined) {
    const link = path.join(project, 'node_modules', module);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules', installed), link, 'dir');
  }
  return project;
}

export function discard(project: string): void {
  rmSync(project, { recursive: true, force: true });
}

/** Every file of a directory: path -> mode and hash. Two equal maps are two equal directories. */
export function bytesOf(dir: string): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !name.includes('node_modules') && !name.startsWith('.wrangler'),
  );
  return Object.fromEntries(
    files.sort().map((name) => {
      const file = path.join(dir, name);
      const stat = lstatSync(file);
      const content = stat.isFile() ? createHash('sha256').update(readFileSync(file)).digest('hex') : 'directory';
      return [name, `${(stat.mode & 0o777).toString(8)} ${content}`];
    }),
  );
}

/** An Io that asks nothing and keeps what was said. */
export function silentIo(): { io: Io; said: () => string } {
  let text = '';
  const sink = { write: (chunk: string) => ((text += chunk), true) } as unknown as NodeJS.WritableStream;
  const mode = { interactive: false, json: true, color: false, colorOut: false };
  return { io: { mode, ui: createUi(mode, { out: sink, err: sink }) }, said: () => text };
}

/** What the command line fills in, for a run that asks and installs nothing. */
export const ADD_DEFAULTS: AddOptions = {
  dir: '.',
  provider: 'local',
  toolScopes: {},
  publicTools: [],
  wishes: NO_WISHES,
  addHttp: false,
  dryRun: false,
  yes: true,
  provision: true,
  install: false,
  verify: true,
  force: false,
  json: true,
};

/** `add-auth <dir>` in this process, without installing. */
export async function runAdd(
  dir: string,
  options: Partial<AddOptions> = {},
): Promise<CommandResult & { json: AddJson }> {
  return (await add({ ...ADD_DEFAULTS, dir, ...options }, silentIo().io)) as CommandResult & { json: AddJson };
}

/** `add-auth remove <dir>` in this process. */
export function runRemove(dir: string, options: Partial<RemoveOptions> = {}): Promise<CommandResult> {
  const defaults: RemoveOptions = { dir, remote: false, dryRun: false, yes: true, force: false, json: true };
  return remove({ ...defaults, ...options }, silentIo().io);
}
