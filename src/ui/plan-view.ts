import type { Language, Plan } from '../types.ts';
import { dependencyText } from './dependency.ts';
import { indent } from './indent.ts';
import { changedFiles, manualSteps, type FileChangeJson, type PlanView } from './json.ts';
import { remoteLines } from './remote-view.ts';
import type { Style } from './style.ts';

/** The plan on one screen: what was found, who may call what, what will change, what is left for a person. */
export function renderPlan(view: PlanView, style: Style): string {
  const { plan } = view;
  const sections: [string, string[]][] = [
    ['Server', found(plan)],
    ['Provider', provider(plan)],
    ['Scopes', scopes(plan, style)],
    ['Files', fileLines(changedFiles(view), plan, style)],
    ['Install', install(plan)],
    ['Environment', plan.env.map(({ name, value, secret, pending }) => `${name}=${secret || pending ? '…' : value}`)],
    ['At the provider', remoteLines(plan.remote, style)],
    ['Left for you', manualSteps(plan).map(({ what, snippet }) => `${what}\n\n${indent(snippet, '      ')}\n`)],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${style.bold(title)}\n${lines.map((line) => `  ${line}`).join('\n')}`)
    .join('\n\n');
}

const LANGUAGE: Record<Language, string> = { typescript: 'TypeScript', javascript: 'JavaScript', python: 'Python' };

function found({ detection }: Plan): string[] {
  const { language, framework, entry, endpoint, transports, tools, unresolvedTools } = detection;
  const lines = [
    `${framework} server in ${LANGUAGE[language]}, ${entry}`,
    `${transports.join(' + ')} at ${endpoint}, ${builtOn(detection.package)}`,
    `${tools.length} tool${tools.length === 1 ? '' : 's'}${tools.length > 0 ? `: ${tools.map(({ name }) => name).join(', ')}` : ''}`,
  ];
  if (unresolvedTools.length > 0) lines.push(`and ${unresolvedTools.length} whose names only show at run time`);
  return lines;
}

function builtOn({ name, version }: Plan['detection']['package']): string {
  return name === '' ? 'JSON-RPC written by hand' : `${name} ${version}`;
}

/** A first install does more than ours: people should know before they say yes. */
function install({ dependencies, installer }: Plan): string[] {
  const lines = dependencies.map(dependencyText);
  if (lines.length === 0 || !installer?.isFirst) return lines;
  const { name } = installer;
  return [...lines, `nothing is installed yet, so ${name} installs every package and runs their scripts and yours`];
}

function provider({ provider: { name, spec } }: Plan): string[] {
  const lines = [`${name}, issuer ${spec.issuer}`, `resource ${spec.resource}`];
  if (spec.audience !== spec.resource) lines.push(`audience ${spec.audience}`);
  return lines;
}

function scopes({ scopes: map }: Plan, style: Style): string[] {
  const names = [...Object.keys(map.toolScopes), ...map.publicTools];
  const width = Math.max(0, ...names.map((name) => name.length));
  return [
    ...Object.entries(map.toolScopes).map(
      ([tool, list]) => `${tool.padEnd(width)}  ${list.join(' ') || 'any signed-in user'}`,
    ),
    ...map.publicTools.map((tool) => `${tool.padEnd(width)}  ${style.yellow('public: no token needed')}`),
  ];
}

const MANIFEST = 'what the generated code needs';
const EXAMPLE = 'the settings, without secrets';

/** Files that no edit of the plan stands for. */
const PURPOSES: Record<string, string> = {
  'package.json': MANIFEST,
  'deno.json': MANIFEST,
  'deno.jsonc': MANIFEST,
  '.gitignore': 'keeps secrets and the journal out of git',
  '.env.example': EXAMPLE,
  '.dev.vars.example': EXAMPLE,
  '.mcp-builder/state.json': 'what add-auth has done (commit it)',
  '.env': 'the settings',
  '.dev.vars': 'the settings on this machine',
};

function fileLines(files: FileChangeJson[], plan: Plan, style: Style): string[] {
  const width = Math.max(0, ...files.map((file) => file.path.length));
  return files.map((file) => {
    const mark = { create: style.green('A'), modify: style.yellow('M'), delete: style.red('D') }[file.action];
    const why = plan.edits.find((edit) => edit.path === file.path)?.why ?? PURPOSES[file.path];
    const head = `${mark} ${file.path.padEnd(width)}  ${counts(file, style)}`;
    return why === undefined ? head : `${head}  ${style.dim(why)}`;
  });
}

/** `+12 -3`, in columns. */
function counts({ added, removed }: FileChangeJson, style: Style): string {
  const plus = `+${added}`.padStart(5);
  return removed > 0 ? `${style.green(plus)} ${style.red(`-${removed}`)}` : style.green(plus);
}
