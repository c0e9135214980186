import path from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import {
  assertClean,
  hashOf,
  readState,
  recover,
  STATE_FILE,
  type AuthRecord,
  type FileChange,
} from '../apply/index.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { readScopeMap } from '../generate/index.ts';
import { authFolderOf, newAuthFolder } from '../plan/auth-folder.ts';
import { isScopeMap } from '../plan/auth-files.ts';
import { buildPlan } from '../plan/build.ts';
import { planChanges } from '../plan/changes.ts';
import { mergeScopeMap } from '../plan/scope-map.ts';
import { createReader, type ProjectReader } from '../project/read.ts';
import { readProject } from '../project/index.ts';
import { proposeScopes, type ScopeOverrides } from '../scopes/propose.ts';
import { detect, partialDetection, type Detected } from '../servers/detect.ts';
import type { Plan, ScopeMap } from '../types.ts';
import { commandLine } from '../ui/command-line.ts';
import { planToJson } from '../ui/json.ts';
import { nextCommands, nextSteps, type NextInput } from '../ui/next.ts';
import { confirmScopes, findAnswers, type Answers } from './answers.ts';
import { applyAndProve } from './apply-and-prove.ts';
import type { AddOptions, CommandResult, Io } from './options.ts';
import { startCommand } from './start-command.ts';

/** Adds OAuth 2.1 to the MCP server in a directory, or brings an earlier run up to date. */
export async function add(options: AddOptions, io: Io): Promise<CommandResult> {
  const project = await read(options);
  showFound(project, io);
  const decided = await decide(project, options, io);
  const { plan, files } = decided;
  const next: NextInput = {
    provider: plan.provider.name,
    resource: plan.provider.spec.resource,
    start: startCommand(project.snapshot, plan.detection),
    name: project.snapshot.manifest.name?.split('/').at(-1) ?? path.basename(project.root),
    dir: project.snapshot.subdir ? path.join(options.dir, project.snapshot.subdir) : options.dir,
  };
  const json = planToJson({ plan, files }, { dryRun: options.dryRun, next: nextCommands(next) });
  refuseWhenNotUnderstood(plan, json);

  if (files.length === 0) {
    io.ui.success('Nothing to do: the server is protected and up to date.');
    return { exit: exitOf(plan), json };
  }
  await show(decided, options, io);
  if (options.dryRun) return { exit: exitOf(plan), json };

  assertClean({
    paths: files.map((file) => file.path),
    git: project.snapshot.git,
    force: options.force,
    isOurs: (file) => isAsWritten(file, project),
  });
  await confirm(io);
  await applyAndProve({ root: project.root, snapshot: project.snapshot, plan, files }, options, io);
  await io.ui.showNext('Done. What now?', nextSteps(next));
  if (io.mode.interactive) io.ui.info(`\nThe same without questions:\n  ${commandLine(answered(options, decided))}`);
  for (const { what, snippet } of plan.manual) io.ui.warn(`Left for you: ${what}`, snippet);
  return { exit: exitOf(plan), json };
}

interface ProjectRead extends Detected {
  root: string;
  snapshot: Awaited<ReturnType<typeof readProject>>;
  reader: ProjectReader;
  record: AuthRecord | undefined;
}

async function read(options: AddOptions): Promise<ProjectRead> {
  const snapshot = await readProject(path.resolve(options.dir), { entry: options.entry });
  const { root } = snapshot;
  // A preview writes nothing anywhere, not even the end of a run that died.
  if (!options.dryRun && recover(root).outcome !== 'none') return read(options);
  const { auth: record } = readState(root);
  const detected = detectOrTell(snapshot, { entry: options.entry, isProtected: record !== undefined });
  return { ...detected, root, snapshot, reader: createReader(root), record };
}

/** Detects; when that fails, `--json` still shows what was known by then. */
function detectOrTell(...args: Parameters<typeof detect>): Detected {
  try {
    return detect(...args);
  } catch (error) {
    const project = partialDetection(error);
    if (error instanceof CliError && project) error.detail = { project };
    throw error;
  }
}

function showFound({ detection }: ProjectRead, { ui }: Io): void {
  const { framework, entry, endpoint, tools, unresolvedTools } = detection;
  ui.info(
    `Found ${framework} server in ${entry}, endpoint ${endpoint}, ${tools.length + unresolvedTools.length} tools.`,
  );
}

interface Decided {
  plan: Plan;
  files: FileChange[];
  answers: Answers;
  overrides: ScopeOverrides;
}

async function decide(project: ProjectRead, options: AddOptions, io: Io): Promise<Decided> {
  const { detection, record, reader } = project;
  const answers = await findAnswers(options, record ?? {}, detection, io);
  const written = record?.files ?? {};
  const authDir = authFolderOf(written)?.dir ?? newAuthFolder(detection.entry, (file) => reader.exists(file));

  const existing = existingScopeMap(written, reader);
  const asked: ScopeOverrides = {
    toolScopes: options.toolScopes,
    publicTools: options.publicTools,
    allowUnknown: detection.unresolvedTools.length > 0,
  };
  const overrides = existing ? asked : await confirmScopes(proposeScopes(detection.tools, asked), asked, io);
  const { scopes, change } = mergeScopeMap(detection.tools, overrides, existing);

  const findings = await answers.provider.look({
    resource: answers.resource,
    scopes,
    provision: options.provision,
    ...(answers.issuer !== undefined && { issuer: answers.issuer }),
    ...(answers.audience !== undefined && { audience: answers.audience }),
  });
  const plan = buildPlan({
    ...project,
    provider: { name: answers.provider.id, findings },
    scopes,
    scopeChange: change,
    authDir,
    written,
    read: (file) => reader.text(file),
  });
  plan.warnings.unshift(...answers.warnings);
  return { ...planChanges(plan, project, manifest.version), answers, overrides };
}

/** The scope map as people have it in their project now. */
function existingScopeMap(written: Record<string, string>, reader: ProjectReader): ScopeMap | undefined {
  const file = Object.keys(written).find((name) => isScopeMap(path.posix.basename(name)));
  const text = file === undefined ? undefined : reader.text(file);
  if (file === undefined || text === undefined) return undefined;
  const map = readScopeMap(text);
  if (map) return map;
  throw new CliError(
    'unsupported-shape',
    `${file} is no longer a plain list of tools and scopes, so add-auth cannot bring it up to date.`,
    'Write TOOL_SCOPES, PUBLIC_TOOLS and BASE_SCOPES as literals again, or add new tools there by hand.',
  );
}

/** A run that leaves a step to a person has done its own part and says so with its exit code. */
function exitOf({ manual }: Plan): ExitCode {
  return manual.length > 0 ? EXIT.manual : EXIT.done;
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

/** Not committed perhaps, but exactly what an earlier run left: nothing of the user's is at stake. */
function isAsWritten(file: string, { record, reader }: ProjectRead): boolean {
  if (file === STATE_FILE) return record !== undefined;
  const bytes = reader.bytes(file);
  return bytes !== null && record?.files[file] === hashOf(bytes);
}

function answered(options: AddOptions, { answers, overrides }: Decided): AddOptions {
  return {
    ...options,
    provider: answers.provider.id,
    resource: answers.resource,
    ...(answers.issuer !== undefined && { issuer: answers.issuer }),
    toolScopes: overrides.toolScopes,
    publicTools: overrides.publicTools,
  };
}
