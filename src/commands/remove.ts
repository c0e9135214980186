import {
  assertClean,
  assertFinished,
  planRemoval,
  readState,
  recover,
  remove as takeOut,
  type FileChange,
} from '../apply/index.ts';
import { CliError, EXIT } from '../errors.ts';
import { gitStatus } from '../project/git.ts';
import { openProject } from '../languages/open.ts';
import { fileDiff } from '../ui/diff.ts';
import type { CommandResult, Io, RemoveOptions } from './options.ts';
import { removeRemote, remoteTraces, traceLines } from './remove-remote.ts';
import { projectRoot } from './project-root.ts';

/** Takes out all that add-auth put into a project; files that nobody touched since get their old bytes back. */
export async function remove(options: RemoveOptions, { mode, ui }: Io): Promise<CommandResult> {
  const root = await projectRoot(options.dir);
  if (options.dryRun) assertFinished(root);
  else if (recover(root).outcome === 'rolled-back') ui.info('A run had been killed in the middle; it is put back.');
  const { auth } = readState(root);
  const removal = planRemoval(root, { force: options.force });
  const files = removal.changes.map(({ path: file, before, after }) => ({
    path: file,
    action: after === null ? ('delete' as const) : ('modify' as const),
    ...fileDiff(file, before?.toString() ?? null, after?.toString() ?? null, new Set(auth?.env)),
  }));
  const traces = remoteTraces(root, auth);
  const left = traceLines(traces);
  const json = { dryRun: options.dryRun, changes: { files, remote: options.remote ? left : [] }, notes: removal.notes };
  if (!auth && files.length === 0 && left.length === 0) {
    ui.success('Nothing to do: add-auth has not been here.');
    return { exit: EXIT.done, json };
  }
  ui.step('Takes out');
  for (const { path: file, action, added, removed } of files) {
    ui.info(`  ${action === 'delete' ? 'D' : 'M'} ${file}${action === 'modify' ? `  +${added} -${removed}` : ''}`);
  }
  if (options.remote) for (const line of left) ui.info(`  take back ${line}`);
  else if (left.length > 0) {
    ui.warn(
      `What add-auth did at the provider stays, and is forgotten here:\n  ${left.join('\n  ')}`,
      'add-auth remove --remote takes that back too.',
    );
  }
  if (options.dryRun) return { exit: EXIT.done, json };

  assertClean({
    paths: files.map((file) => file.path),
    git: await gitStatus(root),
    force: options.force,
    isOurs: (file) => removal.untouched.has(file),
  });
  if (!options.force) assertNothingLeftBehind(await leftBehind(root, removal.changes));
  if (mode.interactive && !(await ui.ask.confirm({ message: 'Take it out?', option: '--yes' }))) {
    throw new CliError('interrupted', 'Nothing was changed.', 'Run add-auth remove again when you are ready.');
  }
  const outcomes = options.remote ? await removeRemote(root, traces, { mode, ui }) : [];
  await takeOut(root, { force: options.force });
  for (const note of removal.notes) ui.warn(note);
  ui.success('add-auth is taken out of the project.');
  const isLeft = outcomes.some(({ outcome }) => outcome === 'left');
  return { exit: isLeft ? EXIT.manual : EXIT.done, json: { ...json, ...(options.remote && { remote: outcomes }) } };
}

/** A project that cannot be read any more has nothing to lose by it. */
async function leftBehind(root: string, changes: FileChange[]): Promise<string[]> {
  try {
    return await (await openProject(root)).importsLeftBehind(changes);
  } catch (error) {
    if (error instanceof CliError) return [];
    throw error;
  }
}

/** @throws CliError `manual-step` when code that people wrote would lose what it imports */
function assertNothingLeftBehind(left: readonly string[]): void {
  if (left.length === 0) return;
  throw new CliError(
    'manual-step',
    `${left[0]?.split(' ')[0] ?? ''} uses code that add-auth wrote; nothing was changed.`,
    'Take these imports out first, then run add-auth remove again; --force removes all the same.',
    { manual: [{ what: 'Imports of generated code', snippet: left.join('\n') }] },
  );
}
