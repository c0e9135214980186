import path from 'node:path';
import { assertClean, STATE_FILE } from '../apply/index.ts';
import { CliError, EXIT, type ErrorCode } from '../errors.ts';
import type { Plan } from '../types.ts';
import { commandLine } from '../ui/command-line.ts';
import { planToJson, type AddJson, type PlanView } from '../ui/json.ts';
import { nextCommands, nextSteps, type NextInput } from '../ui/next.ts';
import { applyAndProve } from './apply-and-prove.ts';
import { answered, decide, isAsWritten, readAndDetect, type Decided, type ProjectRead } from './decide.ts';
import type { AddOptions, CommandResult, Io } from './options.ts';
import { hasRemoteWork, provision } from './provision.ts';

/** Adds OAuth 2.1 to the MCP server in a directory, or brings an earlier run up to date. */
export async function add(options: AddOptions, io: Io): Promise<CommandResult> {
  const read = await readAndDetect(options, io);
  const { project } = read;
  if (io.mode.interactive) showFound(read, io);
  const decided = await decide(read, options, io);
  const { plan, files } = decided;
  const isRemote = hasRemoteWork(project.root, decided);
  const next: NextInput = {
    provider: plan.provider.name,
    resource: plan.provider.spec.resource,
    ...read.server.startCommand(),
    sseOnly: isSseOnly(plan.detection),
    typesClientIds: decided.answers.provider.typesClientIds === true,
    name: project.name ?? path.basename(project.root),
    dir: project.subdir ? path.join(options.dir, project.subdir) : options.dir,
  };
  const document = (view: PlanView): AddJson => planToJson(view, { dryRun: options.dryRun, next: nextCommands(next) });
  refuseWhenNotUnderstood(plan, document(decided));

  if (files.length === 0 && !isRemote) {
    io.ui.success('Nothing to do: the server is protected and up to date.');
    return outcome(plan, document(decided));
  }
  await show(decided, options, io);
  if (options.dryRun) {
    io.ui.info('\nThis was a preview: nothing was written.');
    return outcome(plan, document(decided));
  }

  assertClean({
    paths: [...files.map((file) => file.path), ...(isRemote ? [STATE_FILE] : [])],
    git: project.git,
    force: options.force,
    isOurs: (file) => isAsWritten(file, read),
  });
  await confirm(io);
  const written = await provision(read, decided, io, (result) => applyAndProve({ project, ...result }, options, io));
  await io.ui.showNext('Done. What now?', nextSteps(next));
  if (io.mode.interactive)
    io.ui.info(`\nThe same without questions:\n  ${commandLine(answered(options, read, decided))}`);
  for (const { what, snippet } of written.plan.manual) io.ui.warn(`Left for you: ${what}`, snippet);
  return outcome(written.plan, document(written));
}

function isSseOnly({ transports }: Plan['detection']): boolean {
  return transports.includes('sse') && !transports.includes('streamable-http');
}

function showFound({ detection }: ProjectRead, { ui }: Io): void {
  const { framework, entry, endpoint, tools, unresolvedTools } = detection;
  const count = tools.length + unresolvedTools.length;
  ui.info(`Found ${framework} server in ${entry}, endpoint ${endpoint}, ${count} tool${count === 1 ? '' : 's'}.`);
}

/** A run that leaves a step to a person has done its own part, and says so with its exit code and what it prints as JSON. */
function outcome({ manual: [first] }: Plan, json: AddJson): CommandResult {
  if (!first) return { exit: EXIT.done, json };
  const code: ErrorCode = 'manual-step';
  const error = {
    code,
    message: `Left for you: ${first.what}`,
    fix: 'Do what `manual` lists; the rest is up to add-auth.',
  };
  return { exit: EXIT.manual, json: { ...json, error } };
}

function refuseWhenNotUnderstood(plan: Plan, json: object): void {
  const skipped = plan.edits.find((edit) => edit.kind === 'skip' && !edit.stands);
  if (skipped?.kind !== 'skip') return;
  throw new CliError(
    'unsupported-shape',
    `${skipped.reason} Nothing was changed.`,
    'Add the lines below by hand where the server takes its requests, or open an issue with the shape of your server.',
    { manual: plan.manual, detail: json },
  );
}

async function show({ plan, files }: Decided, options: AddOptions, { ui, mode }: Io): Promise<void> {
  const view = { plan, files };
  await ui.showPlan(view);
  // Under --json the document carries the diffs.
  if (!mode.json && (options.dryRun || mode.interactive)) await ui.showDiffs(view, { full: options.dryRun });
  for (const warning of plan.warnings) ui.warn(warning.message, warning.fix);
}

async function confirm({ ui, mode }: Io): Promise<void> {
  if (!mode.interactive) return;
  if (await ui.ask.confirm({ message: 'Write these changes?', option: '--yes' })) return;
  throw new CliError('interrupted', 'Nothing was changed.', 'Run add-auth again when you are ready.');
}
