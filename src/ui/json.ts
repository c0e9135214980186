import type { ManualStep } from '../errors.ts';
import type { AuthState, Detection, Language, Plan, Tool, ToolScopes, Transport } from '../types.ts';
import { scopeCatalogue } from '../scopes/catalogue.ts';
import { dependencyText } from './dependency.ts';
import { fileDiff, type DiffResult } from './diff.ts';

/** A file before and after; `null` where there is none. Paths relative to the project root, with `/`. */
export interface FileView {
  path: string;
  before: string | Uint8Array | null;
  after: string | Uint8Array | null;
}

/** What the preview, the JSON document and the closing message show. */
export interface PlanView {
  plan: Plan;
  /** Every file the run changes (`.env`, manifest and state included); the plan's own edits when left out. */
  files?: FileView[];
}

export interface FileChangeJson extends DiffResult {
  path: string;
  action: 'create' | 'modify' | 'delete';
}

/** What was found, in the contract's shape. Of a project that was refused only what was known by then. */
export interface ProjectJson {
  root: string;
  language: Language;
  framework: string;
  package: { name: string; version: string };
  transports: Transport[];
  entry: string;
  endpoint: string;
  tools: Pick<Tool, 'name' | 'file' | 'line'>[];
  auth: AuthState;
}

/** The document of `add-auth --json`, without the head that src/cli.ts puts before it. */
export interface AddJson {
  dryRun: boolean;
  project: ProjectJson;
  provider: { name: string; issuer: string; audience: string; resource: string };
  scopes: string[];
  toolScopes: ToolScopes;
  publicTools: string[];
  changes: {
    files: FileChangeJson[];
    remote: { id: string; action: 'create' | 'update' | 'keep'; summary: string }[];
    install: string[];
    env: string[];
  };
  manual: ManualStep[];
  next: string[];
}

/** The plan in the contract's shape. Pure; holds no secret (see `fileDiff` for `.env`). */
export function planToJson(view: PlanView, { dryRun, next }: { dryRun: boolean; next: string[] }): AddJson {
  const { detection, provider, scopes, remote, dependencies, env } = view.plan;
  return {
    dryRun,
    project: projectToJson(detection),
    provider: {
      name: provider.name,
      issuer: provider.spec.issuer,
      audience: provider.spec.audience,
      resource: provider.spec.resource,
    },
    scopes: scopeCatalogue(scopes),
    toolScopes: scopes.toolScopes,
    publicTools: scopes.publicTools,
    changes: {
      files: changedFiles(view),
      remote: remote.map(({ id, verb, summary }) => ({ id, action: verb, summary })),
      install: dependencies.map(dependencyText),
      env: env.map(({ name }) => name),
    },
    manual: manualSteps(view.plan),
    next,
  };
}

/** What was found, in the contract's shape; what is not known is left out. */
export function projectToJson(detection: Detection): ProjectJson;
export function projectToJson(detection: Partial<Detection>): Partial<ProjectJson>;
export function projectToJson(detection: Partial<Detection>): Partial<ProjectJson> {
  const { language, framework, package: mcp, transports, entry, endpoint, tools, auth } = detection;
  const found = tools?.map(({ name, file, line }) => ({ name, file, line }));
  const known = { root: '.', language, framework, package: mcp, transports, entry, endpoint, tools: found, auth };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

/** The files that really differ, each with its diff and counts. */
export function changedFiles({ plan, files = editedFiles(plan) }: PlanView): FileChangeJson[] {
  const readable = new Set(plan.env.filter(({ secret }) => !secret).map(({ name }) => name));
  return files.flatMap(({ path, before, after }) => {
    const [old, now] = [textOf(before), textOf(after)];
    if (old === now) return [];
    const action = old === null ? 'create' : now === null ? 'delete' : 'modify';
    return [{ path, action, ...fileDiff(path, old, now, readable) } satisfies FileChangeJson];
  });
}

/** What is left for a person: the plan's own list, and every edit that was refused. */
export function manualSteps(plan: Plan): ManualStep[] {
  const skipped = plan.edits.flatMap((edit) =>
    edit.kind === 'skip' ? [{ what: `${edit.path}: ${edit.reason}`, snippet: edit.snippet }] : [],
  );
  const known = new Set(plan.manual.map(({ snippet }) => snippet));
  return [...plan.manual, ...skipped.filter(({ snippet }) => !known.has(snippet))];
}

function editedFiles(plan: Plan): FileView[] {
  return plan.edits.flatMap((edit) =>
    edit.kind === 'skip' ? [] : [{ path: edit.path, before: edit.before, after: edit.after }],
  );
}

function textOf(content: string | Uint8Array | null): string | null {
  return content === null || typeof content === 'string' ? content : Buffer.from(content).toString('utf8');
}
