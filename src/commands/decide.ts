import path from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import {
  assertFinished,
  hashOf,
  mergeRecords,
  readState,
  recover,
  STATE_FILE,
  type AuthRecord,
  type FileChange,
  type RemoteRecords,
} from '../apply/index.ts';
import { CliError, type ManualStep } from '../errors.ts';
import { readScopeMap, runsOnWorkers } from '../generate/index.ts';
import { openProject } from '../languages/open.ts';
import type { DetectOptions, Project, Server } from '../languages/types.ts';
import { authFolderOf } from '../plan/auth-folder.ts';
import { scopeMapFileOf } from '../plan/auth-files.ts';
import { buildPlan } from '../plan/build.ts';
import { planChanges } from '../plan/changes.ts';
import { mergeScopeMap } from '../plan/scope-map.ts';
import { createReader, type ProjectReader } from '../project/read.ts';
import { settingsFileOf, type SettingsFile } from '../project/settings-file.ts';
import { projectFacts } from '../providers/project-facts.ts';
import { proposeScopes, type ScopeOverrides } from '../scopes/propose.ts';
import { partialDetection } from '../servers/partial-detection.ts';
import type { Detection, EnvVar, Plan, ScopeMap } from '../types.ts';
import { projectToJson } from '../ui/json.ts';
import { confirmScopes, findAnswers, type Answers } from './answers.ts';
import type { AddOptions, Io } from './options.ts';
import { leftElsewhere, recordedAt, rememberedOf } from './provider-memory.ts';

export interface ProjectRead {
  root: string;
  project: Project;
  packages: Project['packages'];
  server: Server;
  detection: Detection;
  reader: ProjectReader;
  record: AuthRecord | undefined;
  /** Where the server takes settings from on this machine. */
  settings: SettingsFile;
  /** The server speaks stdio only and gets HTTP beside it. */
  addHttp: boolean;
}

/** Reads the project, ends a run that died there, and finds out what kind of server it is. */
export async function readAndDetect(options: AddOptions, io: Io): Promise<ProjectRead> {
  const project = await openProject(path.resolve(options.dir), { entry: options.entry });
  const { root, packages } = project;
  // A preview writes nothing anywhere, not even the end of a run that died.
  if (options.dryRun) assertFinished(root);
  else if (recover(root).outcome !== 'none') return readAndDetect(options, io);
  const { auth: record } = readState(root);
  const asked = { entry: options.entry, isProtected: record !== undefined, addHttp: options.addHttp };
  const found = await detectOrAsk(project, asked, io);
  const { detection } = found.server;
  const reader = createReader(root);
  const settings = settingsFileOf(reader, {
    ...(runsOnWorkers(detection.framework) && { runtime: 'workers' }),
    wrangler: packages.versionOf('wrangler'),
  });
  return { root, project, packages, ...found, detection, reader, record, settings };
}

/** Where a login would have no effect because the server speaks stdio only, people are asked whether it shall speak HTTP. */
async function detectOrAsk(
  project: Project,
  options: DetectOptions & { addHttp: boolean },
  { mode, ui }: Io,
): Promise<Pick<ProjectRead, 'server' | 'addHttp'>> {
  try {
    return { server: await detectOrTell(project, options), addHttp: options.addHttp };
  } catch (error) {
    const isStdio = error instanceof CliError && error.code === 'stdio-only';
    if (!isStdio || options.addHttp || !project.canAddHttp || !mode.interactive) throw error;
    const message =
      'This server speaks stdio only, where a login has no effect. Give it a Streamable HTTP side as well?';
    if (!(await ui.ask.confirm({ message, option: '--add-http' }))) throw error;
    return detectOrAsk(project, { ...options, addHttp: true }, { mode, ui });
  }
}

/** Detects; when that fails, `--json` still shows what was known by then. */
async function detectOrTell(project: Project, options: DetectOptions): Promise<Server> {
  try {
    return await project.detect(options);
  } catch (error) {
    const known = partialDetection(error);
    if (error instanceof CliError && known) error.detail = { project: projectToJson(known) };
    throw error;
  }
}

export interface Decided {
  /** Cut down to what is new. */
  plan: Plan;
  /** All that a protected project has. */
  whole: Plan;
  /** What earlier runs did at this provider. */
  recorded: RemoteRecords;
  files: FileChange[];
  answers: Answers;
  overrides: ScopeOverrides;
}

/** Finds the answers and makes the plan; asks where it may. */
export async function decide(project: ProjectRead, options: AddOptions, io: Io): Promise<Decided> {
  const { detection, record, reader, server } = project;
  const asked = await findAnswers(options, record ?? {}, detection, io);
  const written = record?.files ?? {};
  const authDir = authFolderOf(written)?.dir ?? server.newAuthFolder((file) => reader.exists(file));

  const existing = await existingScopeMap(written, reader);
  const wanted: ScopeOverrides = {
    toolScopes: options.toolScopes,
    publicTools: options.publicTools,
    allowUnknown: detection.unresolvedTools.length > 0,
    asksForUserOnly: !asked.provider.issuesScopes,
    asksForAll: asked.provider.fixesScopes === true,
  };
  const overrides = existing ? wanted : await confirmScopes(proposeScopes(detection.tools, wanted), wanted, io);
  const { scopes, change } = mergeScopeMap(detection.tools, overrides, existing);

  const recorded = recordedAt(asked.account, project);
  const findings = await asked.connection.look({
    resource: asked.resource,
    scopes,
    provision: options.provision,
    wishes: asked.wishes,
    recorded,
    ...projectFacts(project.root, reader, project.settings),
    ...(asked.audience !== undefined && { audience: asked.audience }),
  });
  // Looking may have asked for more.
  const answers = { ...asked, wishes: { ...asked.wishes, ...findings.wishes } };
  const plan = await buildPlan({
    server,
    installer: project.packages.installer,
    provider: { name: answers.provider.id, account: rememberedOf(answers), findings },
    scopes,
    scopeChange: change,
    authDir,
    written,
    read: (file) => reader.text(file),
  });
  plan.warnings.unshift(...answers.warnings);
  plan.warnings.push(...leftElsewhere(answers.account, record));
  const cut = planChanges(plan, project, manifest.version, recorded);
  return { ...cut, whole: plan, recorded, answers, overrides };
}

/** The same decisions, with what the steps at the provider brought. */
export function withRemote(
  decided: Decided,
  project: ProjectRead,
  { records, env, manual }: { records: RemoteRecords; env: EnvVar[]; manual: ManualStep[] },
): Pick<Decided, 'plan' | 'files'> {
  const known = new Map(env.map((variable) => [variable.name, variable]));
  const planned = decided.whole.env.map((variable) => known.get(variable.name) ?? variable);
  const others = env.filter(({ name }) => !planned.some((variable) => variable.name === name));
  const { provider } = decided.whole;
  const { issuer, audience } = provider.spec;
  const spec = {
    ...provider.spec,
    issuer: known.get('MCP_AUTH_ISSUER')?.value ?? issuer,
    audience: known.get('MCP_AUTH_AUDIENCE')?.value ?? audience,
  };
  const described = decided.whole.manual.filter(({ what }) => !manual.some((step) => step.what === what));
  const plan = {
    ...decided.whole,
    provider: { ...provider, spec },
    env: [...planned, ...others].filter(({ pending }) => !pending),
    manual: [...described, ...manual],
  };
  return planChanges(plan, project, manifest.version, mergeRecords(decided.recorded, records));
}

/** The scope map as people have it in their project now. */
async function existingScopeMap(written: Record<string, string>, reader: ProjectReader): Promise<ScopeMap | undefined> {
  const file = scopeMapFileOf(written);
  const text = file === undefined ? undefined : reader.text(file);
  if (file === undefined || text === undefined) return undefined;
  const map = await readScopeMap(file, text);
  if (map) return map;
  throw new CliError(
    'unsupported-shape',
    `${file} is no longer a plain list of tools and scopes, so add-auth cannot bring it up to date.`,
    'Write TOOL_SCOPES, PUBLIC_TOOLS and BASE_SCOPES as literals again, or add new tools there by hand.',
  );
}

/** Not committed perhaps, but exactly what an earlier run left: nothing of the user's is at stake. */
export function isAsWritten(file: string, { record, reader }: ProjectRead): boolean {
  if (file === STATE_FILE) return record !== undefined;
  const bytes = reader.bytes(file);
  return bytes !== null && record?.files[file] === hashOf(bytes);
}

/** The options with every answer in them: what would have made the run ask nothing. */
export function answered(options: AddOptions, { addHttp }: ProjectRead, { answers, overrides }: Decided): AddOptions {
  return {
    ...options,
    addHttp,
    provider: answers.provider.id,
    resource: answers.resource,
    ...answers.target,
    wishes: answers.wishes,
    toolScopes: overrides.toolScopes,
    publicTools: overrides.publicTools,
  };
}
