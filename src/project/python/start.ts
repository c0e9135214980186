import { posix } from 'node:path';
import { readToml } from '../../edit/toml.ts';
import { isRecord } from '../../is-record.ts';
import type { Detection, StartCommand } from '../../types.ts';
import type { PythonManager, PythonSnapshot } from './snapshot.ts';

const PREFIX: Record<PythonManager['name'], string> = {
  uv: 'uv run ',
  poetry: 'poetry run ',
  pdm: 'pdm run ',
  pipenv: 'pipenv run ',
  pip: '',
  script: 'uv run ',
};

/** Calls that make an ASGI application. */
const APPLICATIONS = [
  'FastAPI(',
  'Starlette(',
  '.streamable_http_app(',
  '.http_app(',
  '.sse_app(',
  '.get_app(',
  'protect_app(',
];
/** Calls that make a server which somebody else has to start. */
const SERVERS = ['FastMCP(', 'MCPServer(', 'FastMCP.from_'];

/**
 * The command people start this server with, over HTTP where the code leaves that open. It is for reading and for trying:
 * what nobody wrote down is guessed the way the tools' documentation starts servers.
 */
export function pythonStartCommand(snapshot: PythonSnapshot, detection: Detection): StartCommand {
  const { entry } = detection;
  const source = sourceOf(snapshot, entry);
  if (source.includes('# /// script')) return { start: `uv run ${shell(entry)}${options(source, detection)}` };
  return { start: PREFIX[snapshot.manager.name] + commandOf(snapshot, detection, source) };
}

function commandOf(snapshot: PythonSnapshot, detection: Detection, source: string): string {
  const { manager } = snapshot;
  const { entry, framework } = detection;
  const module = moduleOf(snapshot, entry, source);
  const more = options(source, detection);
  const python = pythonOf(snapshot);
  if (framework === 'fastapps') return `${python} -m ${module.name}`;
  const isStarted = startsItself(source) || posix.basename(entry) === '__main__.py';
  // pip puts scripts beside Python only once the project itself is installed.
  const script = manager.name === 'pip' && isStarted ? undefined : scriptOf(snapshot, module.name);
  if (script !== undefined) return (manager.name === 'pip' ? tool(snapshot, script) : script) + more;
  if (isStarted) {
    if (module.isPackage) return `${python} -m ${module.name}${more}`;
    // uv knows what to do with a file.
    return `${manager.name === 'uv' ? '' : `${python} `}${shell(entry)}${more}`;
  }
  const port = detection.port === undefined ? '' : ` --port ${detection.port}`;
  const app = topLevelName(source, APPLICATIONS);
  if (app !== undefined) {
    const folder = module.folder === '.' ? '' : ` --app-dir ${shell(module.folder)}`;
    return `${tool(snapshot, 'uvicorn')} ${module.name}:${app}${folder}${port}`;
  }
  const server = topLevelName(source, SERVERS);
  if (server === undefined) return `${manager.name === 'uv' ? '' : `${python} `}${shell(entry)}${more}`;
  const target = ['mcp', 'server', 'app'].includes(server) ? shell(entry) : `${shell(entry)}:${server}`;
  if (framework === 'fastmcp') return `${tool(snapshot, 'fastmcp')} run ${target} --transport http${port}`;
  return `${tool(snapshot, 'mcp')} run ${target} --transport streamable-http`;
}

/** Python of the project's environment by its path, where nobody has activated it. */
function pythonOf({ manager, root }: PythonSnapshot): string {
  return manager.name === 'pip' ? insideOf(root, manager.interpreter, 'python') : 'python';
}

/** A program that a package brought into the environment. */
function tool({ manager, root }: PythonSnapshot, name: string): string {
  return manager.name === 'pip' ? insideOf(root, manager.interpreter, name) : name;
}

function insideOf(root: string, interpreter: string | undefined, name: string): string {
  if (interpreter === undefined) return name;
  const folder = interpreter.replaceAll('\\', '/').split('/').slice(0, -1).join('/');
  const active = (process.env['VIRTUAL_ENV'] ?? '').replaceAll('\\', '/');
  if (active !== '' && folder.startsWith(`${active}/`)) return name;
  const near = posix.relative(root.replaceAll('\\', '/'), folder);
  return shell(`${near.startsWith('../../..') ? folder : near}/${name}`);
}

function sourceOf({ files }: PythonSnapshot, path: string): string {
  return files.find((file) => file.path === path)?.text ?? '';
}

interface Module {
  /** `pkg.server` */
  name: string;
  /** The directory that the name counts from. */
  folder: string;
  /** Does the file only work as a module of its package? */
  isPackage: boolean;
}

function moduleOf(snapshot: PythonSnapshot, entry: string, source: string): Module {
  const has = (path: string): boolean => snapshot.files.some((file) => file.path === path);
  let folder = posix.dirname(entry);
  while (folder !== '.' && has(posix.join(folder, '__init__.py'))) folder = posix.dirname(folder);
  const dir = posix.dirname(entry);
  const top = dir.split('/')[0] ?? '';
  const lines = codeLines(source);
  const isRelative = lines.some((line) => line.startsWith('from .'));
  const namesItself =
    dir !== '.' && lines.some((line) => line.startsWith(`from ${top}.`) || line.startsWith(`import ${top}.`));
  if (folder === dir && namesItself) folder = '.';
  if (folder === dir && isRelative && dir !== '.') folder = posix.dirname(dir);
  const path = posix.relative(folder, entry).slice(0, -'.py'.length);
  const bare = posix.basename(path) === '__main__' ? posix.dirname(path) : path;
  const inner = folder === '.' ? top : (posix.relative(folder, dir).split('/')[0] ?? '');
  const namesPackage =
    inner !== '' && lines.some((line) => line.startsWith(`from ${inner}.`) || line.startsWith(`from ${inner} `));
  return {
    name: bare === '.' ? posix.basename(entry, '.py') : bare.replaceAll('/', '.'),
    folder,
    isPackage: folder !== dir && (isRelative || namesPackage || posix.basename(entry) === '__main__.py'),
  };
}

/** The name of `[project.scripts]` that starts a module, or the only one of its package. */
function scriptOf(snapshot: PythonSnapshot, module: string): string | undefined {
  const manifest = readToml(sourceOf(snapshot, 'pyproject.toml').replace(/^\uFEFF/, ''));
  const project = isRecord(manifest?.['project']) ? manifest['project'] : {};
  const tools = isRecord(manifest?.['tool']) ? manifest['tool'] : {};
  const poetry = isRecord(tools['poetry']) ? tools['poetry'] : {};
  const scripts = [project['scripts'], poetry['scripts']].flatMap((table) =>
    Object.entries(isRecord(table) ? table : {}).flatMap(([name, target]) =>
      typeof target === 'string' ? [{ name, started: target.split(':')[0]?.trim() ?? '' }] : [],
    ),
  );
  const exact = scripts.find(({ started }) => started === module || started === `${module}.__main__`);
  const inPackage = scripts.filter(({ started }) => started.split('.')[0] === module.split('.')[0]);
  return (exact ?? (module.includes('.') && inPackage.length === 1 ? inPackage[0] : undefined))?.name;
}

/** Lines that are neither empty nor comments, without their indentation. */
function codeLines(source: string): string[] {
  return source
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Does running the file start something? */
function startsItself(source: string): boolean {
  return source.split('\n').some((line) => {
    if (line.startsWith('if __name__')) return true;
    const isTop = line !== '' && line.trimStart() === line && !line.startsWith('#');
    return isTop && (line.includes('.run(') || line.includes('run_async('));
  });
}

/** The name that a file gives, at its top level, to what one of these calls makes. */
function topLevelName(source: string, calls: readonly string[]): string | undefined {
  for (const line of source.split('\n')) {
    const equals = line.indexOf('=');
    const name = line.slice(0, Math.max(0, equals)).split(':')[0]?.trimEnd() ?? '';
    const isName = name !== '' && [...name].every((sign) => /\w/.test(sign));
    if (isName && calls.some((call) => line.slice(equals).includes(call))) return name;
  }
  return undefined;
}

/** Where the transport is chosen on the command line, HTTP is chosen there. */
function options(source: string, { transports }: Pick<Detection, 'transports'>): string {
  if (!transports.includes('stdio') || !transports.includes('streamable-http')) return '';
  const says = (text: string): boolean => source.includes(`"${text}"`) || source.includes(`'${text}'`);
  if (says('--transport')) return ` --transport ${says('streamable-http') ? 'streamable-http' : 'http'}`;
  return says('--http') ? ' --http' : '';
}

function shell(word: string): string {
  return word.includes(' ') ? `"${word}"` : word;
}
