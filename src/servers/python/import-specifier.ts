import path from 'node:path/posix';
import { calledName, positional } from './calls.ts';
import { isModule } from './choose.ts';
import { importedModules } from './graph.ts';
import type { PythonMatch } from './index.ts';
import { leadingDots } from './modules.ts';
import type { PyProgram, PySource } from './program.ts';
import { startedModules } from './project.ts';

/**
 * How a file names the generated package, which lies beside the entry: as it names its own neighbours, else as others
 * name it. A script looks in its own directory; a module of a package says `.mcp_auth` or `pkg.mcp_auth`.
 */
export function importSpecifier(match: PythonMatch, source: PySource): string {
  const target = path.join(path.dirname(match.targets.entry), 'mcp_auth');
  const own = importedModules(source);
  if (own.some((module) => module.startsWith('.'))) return relative(source, target);
  for (const root of rootsInUse(match, source, own)) {
    const name = dotted(root, target);
    if (name !== undefined) return name;
  }
  const dir = path.dirname(source.path);
  const { modules } = match.program;
  const isScript = [...source.tree.root.below()].some(
    (node) => node.type === 'string_content' && node.text === '__main__',
  );
  if (modules.isPackage(dir) && !isScript) return relative(source, target);
  return dotted(dir, target) ?? dotted('.', target) ?? relative(source, target);
}

/** The directories from which Python finds this file and its neighbours, the surest first. */
function* rootsInUse(
  { program, graph, project, candidate }: PythonMatch,
  source: PySource,
  own: string[],
): Generator<string> {
  const dir = path.dirname(source.path);
  // `fastapps dev` imports server/main.py as a module, and the file puts the directory above into sys.path itself.
  if (candidate.servers.some(({ kind }) => kind === 'fastapps') && path.basename(dir) === 'server')
    yield path.dirname(dir);
  for (const module of own) {
    const found = program.modules.find(source.path, module);
    if (found && found.path !== source.path) yield found.root;
  }
  for (const { module, from } of graph.namesOf(source)) {
    const found = leadingDots(module) === 0 ? program.modules.find(from.path, module) : undefined;
    if (found) yield found.root;
  }
  for (const module of [...startedModules(project), ...servedModules(program)]) {
    if (module.endsWith('.py') || !isModule(source.path, module)) continue;
    const depth =
      module.split('.').length + (source.path.endsWith('/__main__.py') && !module.endsWith('__main__') ? 1 : 0);
    yield path.join(source.path, ...Array.from({ length: depth }, () => '..'));
  }
}

/** `uvicorn.run("pkg.main:app")` -> `pkg.main` */
function servedModules(program: PyProgram): string[] {
  return program.sources.flatMap(({ calls }) =>
    calls.flatMap((call) => {
      const [first] = positional(call);
      const text = calledName(call) === 'run' && first?.type === 'string' ? first.text.slice(1, -1) : '';
      return text.includes(':') ? [text.split(':')[0] ?? ''] : [];
    }),
  );
}

/** `src`, `src/pkg/mcp_auth` -> `pkg.mcp_auth`; `undefined` where it is not below. */
function dotted(root: string, target: string): string | undefined {
  const below = path.relative(root, target);
  return below.startsWith('..') ? undefined : below.replaceAll('/', '.');
}

function relative(source: PySource, target: string): string {
  const steps = path.relative(path.dirname(source.path), target).split('/');
  const ups = steps.filter((step) => step === '..').length;
  return `${'.'.repeat(ups + 1)}${steps.slice(ups).join('.')}`;
}
