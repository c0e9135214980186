import { PythonSplicer } from '../../edit/python-splice.ts';
import type { PyNode } from '../../edit/python-tree.ts';
import { quoted } from '../../edit/text.ts';
import type { Edit, ScopeMap } from '../../types.ts';
import { calledName, positional } from './calls.ts';
import type { Candidate } from './choose.ts';
import { findHandlers, type Handler } from './handlers.ts';
import type { Host } from './host.ts';
import { importSpecifier } from './import-specifier.ts';
import type { PythonDetected, PythonMatch } from './index.ts';
import { isHook } from './origin.ts';
import type { PyProgram, PySource } from './program.ts';
import type { PyServer } from './servers.ts';
import { BUILDERS } from './transports.ts';

/** What gets the gate, and the file that the generated package lies beside. */
export interface Targets {
  entry: string;
  servers: PyServer[];
  handlers: Handler[];
  hosts: Host[];
}

const PACKAGE = 'mcp_auth';
const WHY = 'puts the check of tokens and scopes in front of the MCP server';

/**
 * Decides what has to be guarded: every server that makes HTTP applications, every session manager and transport that
 * the code makes itself, every host that has routes to MCP.
 */
export function editTargets(
  program: PyProgram,
  { hosts, root, ways, sources }: Candidate,
  served: PyServer[],
): Targets {
  const outer = hosts.filter((host) => host.isInner !== true);
  const servers = served.filter(
    (server) =>
      server.kind !== 'lowlevel' ||
      ways.some((way) => way.servers.includes(server) && (calledName(way.call) ?? '') in BUILDERS),
  );
  const handlers = findHandlers(program, sources);
  const files = [...servers, ...outer, ...handlers].map(({ source }) => source);
  const entry = files.includes(root) ? root : (files[0] ?? root);
  return { entry: entry.path, servers, handlers, hosts: outer };
}

interface Hook {
  source: PySource;
  call: PyNode;
  name: 'protect_mcp' | 'protect_app';
  paths: string[];
}

/**
 * The lines that the project's own source gets.
 * @returns one edit for each file that changes; nothing where all is in place; one edit of kind `skip` with the lines
 *   to add by hand where the source is not understood
 */
export function editPython({ match }: PythonDetected, input: { resource: string; scopes: ScopeMap }): Edit[] {
  void input;
  const hooks = hooksOf(match);
  const [stray] = match.strays;
  if (stray) return [skip(match, hooks, `${stray.source.path}:${stray.node.row + 1}: ${stray.reason}`)];
  const sources = [...new Set(hooks.map(({ source }) => source))];
  const taken = sources.find((source) => hasOwnName(source));
  if (taken) return [skip(match, hooks, `${taken.path} uses the name protect_mcp or protect_app for something else`)];
  return sources.flatMap((source): Edit[] => {
    const after = editFile(
      match,
      source,
      hooks.filter((hook) => hook.source === source),
    );
    return after === source.text ? [] : [{ kind: 'modify', path: source.path, before: source.text, after, why: WHY }];
  });
}

function hooksOf({ targets }: PythonMatch): Hook[] {
  return [
    ...[...targets.servers, ...targets.handlers].map(({ source, call }): Hook => ({
      source,
      call,
      name: 'protect_mcp',
      paths: [],
    })),
    ...targets.hosts.map(({ source, call, endpoints }): Hook => {
      const order = (e: (typeof endpoints)[number]): number =>
        e.transport === 'streamable-http' ? 0 : e.isMessages ? 2 : 1;
      const paths = [...endpoints].sort((a, b) => order(a) - order(b)).map((endpoint) => endpoint.path);
      return { source, call, name: 'protect_app', paths: [...new Set(paths)] };
    }),
  ];
}

function editFile(match: PythonMatch, source: PySource, hooks: Hook[]): string {
  const splicer = new PythonSplicer(source.tree.root, source.text);
  const missing = hooks.filter((hook) => !isInPlace(match, hook, splicer));
  for (const hook of missing) place(hook, splicer);
  const [first] = [...missing].sort((a, b) => a.call.start - b.call.start);
  if (first) addImport(match, source, [...new Set(missing.map(({ name }) => name))].sort(), first.call, splicer);
  return splicer.toString();
}

/** Is the hook there from an earlier run? New paths of a host are added to it. */
function isInPlace({ program }: PythonMatch, hook: Hook, splicer: PythonSplicer): boolean {
  for (const source of program.sources) {
    for (const call of source.calls) {
      const [given, list] = positional(call);
      const callee = call.child('function');
      const names = callee && given ? program.origins.of(callee) : [];
      const isOurs = names.some((o) => o.kind === 'external' && isHook(o.name) && o.name.endsWith(`.${hook.name}`));
      if (!isOurs || !given) continue;
      const isSame = program.origins.of(given).some((o) => o.kind === 'result' && o.call === hook.call);
      if (!isSame) continue;
      if (list?.type === 'list' && source === hook.source) addPaths(list, hook.paths, splicer);
      return true;
    }
  }
  return false;
}

function addPaths(list: PyNode, wanted: string[], splicer: PythonSplicer): void {
  const known = list.parts.map((part) => part.parts.find((each) => each.type === 'string_content')?.text);
  const more = wanted.filter((each) => !known.includes(each)).map((each) => quoted(each, splicer.quote));
  const last = list.parts.at(-1);
  if (more.length > 0) splicer.insert(last?.end ?? list.start + 1, `${last ? ', ' : ''}${more.join(', ')}`);
}

/** A line of its own after `name = Ctor(…)`; any other expression is wrapped. */
function place({ call, name, paths }: Hook, splicer: PythonSplicer): void {
  const list = name === 'protect_app' ? `, [${paths.map((each) => quoted(each, splicer.quote)).join(', ')}]` : '';
  const assignment = call.parent?.type === 'assignment' && call.field === 'right' ? call.parent : undefined;
  const target = assignment?.child('left');
  const statement = assignment?.parent?.type === 'expression_statement' ? assignment.parent : undefined;
  const isSimple = target?.type === 'identifier' || target?.type === 'attribute';
  if (statement && target && isSimple && PythonSplicer.standsAlone(statement))
    splicer.insertAfter(statement, `${name}(${target.text}${list})`);
  else splicer.wrap(call, `${name}(`, `${list})`);
}

function addImport(match: PythonMatch, source: PySource, names: string[], user: PyNode, splicer: PythonSplicer): void {
  const known = source.tree.root.parts.find(
    (node) => node.type === 'import_from_statement' && node.child('module_name')?.text.split('.').at(-1) === PACKAGE,
  );
  const imported = known?.all('name').map((part) => part.text) ?? [];
  const missing = names.filter((name) => !imported.includes(name));
  if (missing.length === 0) return;
  const last = known?.all('name').at(-1);
  if (last) return splicer.insert(last.end, missing.map((name) => `, ${name}`).join(''));
  const module = importSpecifier(match, source);
  splicer.addImport(`from ${module} import ${missing.join(', ')}`, user, (lastImport) => {
    const from = lastImport.child('module_name') ?? lastImport.all('name')[0];
    const name = (from?.child('name') ?? from)?.text ?? '';
    return !name.startsWith('.') && match.program.modules.resolve(source.path, name) === undefined;
  });
}

/** Does the file bind the names of the hooks itself? */
function hasOwnName({ tree, scopes }: PySource): boolean {
  return ['protect_mcp', 'protect_app'].some((name) =>
    scopes.of(tree.root, name).some((b) => b.kind !== 'import' || b.module.split('.').at(-1) !== PACKAGE),
  );
}

function skip(match: PythonMatch, hooks: Hook[], reason: string): Edit {
  const names = [...new Set(hooks.map(({ name }) => name))].sort();
  const lines = hooks.map(({ name, call, paths }) => {
    const target = call.parent?.type === 'assignment' ? call.parent.child('left')?.text : undefined;
    const object = target ?? (name === 'protect_mcp' ? 'mcp' : 'app');
    return name === 'protect_mcp' ? `protect_mcp(${object})` : `protect_app(${object}, ${JSON.stringify(paths)})`;
  });
  const { entry } = match.targets;
  const source = match.program.source(entry);
  const module = source ? importSpecifier(match, source) : PACKAGE;
  const shown = lines.length > 0 ? lines : ['protect_app(app, ["/mcp"])'];
  const snippet = [`from ${module} import ${names.length > 0 ? names.join(', ') : 'protect_app'}`, '', ...shown].join(
    '\n',
  );
  return { kind: 'skip', path: entry, why: WHY, reason: `${reason}.`, snippet };
}
