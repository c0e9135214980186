import path from 'node:path';
import {
  assertClean,
  planRemoval,
  readState,
  recover,
  remove as takeOut,
  hashOf,
  type AuthRecord,
} from '../apply/index.ts';
import { CliError, EXIT } from '../errors.ts';
import { gitStatus } from '../project/git.ts';
import { createReader } from '../project/read.ts';
import { fileDiff } from '../ui/diff.ts';
import type { CommandResult, Io, RemoveOptions } from './options.ts';

/** Takes out all that add-auth put into a project; files that nobody touched since get their old bytes back. */
export async function remove(options: RemoveOptions, { mode, ui }: Io): Promise<CommandResult> {
  const root = path.resolve(options.dir);
  if (!options.dryRun) recover(root);
  const { auth } = readState(root);
  const removal = planRemoval(root, { force: options.force });
  const files = removal.changes.map(({ path: file, before, after }) => ({
    path: file,
    action: after === null ? ('delete' as const) : ('modify' as const),
    ...fileDiff(file, before?.toString() ?? null, after?.toString() ?? null, new Set(auth?.env)),
  }));
  const json = { dryRun: options.dryRun, changes: { files }, notes: removal.notes };
  if (!auth && files.length === 0) {
    ui.success('Nothing to do: add-auth has not been here.');
    return { exit: EXIT.done, json };
  }
  ui.step('Takes out');
  for (const { path: file, action, added, removed } of files) {
    ui.info(`  ${action === 'delete' ? 'D' : 'M'} ${file}${action === 'modify' ? `  +${added} -${removed}` : ''}`);
  }
  if (options.dryRun) return { exit: EXIT.done, json };

  assertClean({
    paths: files.map((file) => file.path),
    git: await gitStatus(root),
    force: options.force,
    isOurs: (file) => isAsWritten(root, file, auth),
  });
  if (mode.interactive && !(await ui.ask.confirm({ message: 'Take it out?', option: '--yes' }))) {
    throw new CliError('interrupted', 'Nothing was changed.', 'Run add-auth remove again when you are ready.');
  }
  await takeOut(root, { force: options.force });
  for (const note of removal.notes) ui.warn(note);
  ui.success('The project is as it was before add-auth.');
  return { exit: EXIT.done, json };
}

function isAsWritten(root: string, file: string, auth: AuthRecord | undefined): boolean {
  if (file.startsWith('.mcp-builder/') || file === '.env') return true;
  const bytes = createReader(root).bytes(file);
  return bytes !== null && auth?.files[file] === hashOf(bytes);
}
