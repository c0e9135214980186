import { parseTOML, getStaticTOMLValue } from 'toml-eslint-parser';

/** What detection gets to see of a Python project. */
export interface PythonProject {
  /** Python files; beside them what says how the server is started: `pyproject.toml`, `fastmcp.json`, `Dockerfile`, `Procfile`. */
  files: { path: string; text: string }[];
  /** The version of a package by lock file, else as installed, else the range that the project asks for. */
  versionOf(name: string): string | undefined;
  /** The version of Python that the project asks for. */
  python?: string;
}

const STARTERS = ['python', 'python3', 'uvicorn', 'gunicorn', 'hypercorn', 'fastmcp', 'mcp', 'uv', 'poetry', 'fastapi'];

/** What something outside the code starts (`[project.scripts]`, a Dockerfile, a Procfile): `pkg.server` or `src/server.py`. */
export function startedModules(project: PythonProject): string[] {
  return project.files.flatMap(({ path, text }) => {
    const name = path.split('/').at(-1) ?? '';
    if (name === 'pyproject.toml') return scriptsOf(text);
    return isStartFile(name) ? commandModules(text) : [];
  });
}

/** Does something outside the code ask for HTTP: `fastmcp run server.py --transport http`? */
export function asksForHttp(project: PythonProject): boolean {
  return project.files.some(({ path, text }) => {
    const name = path.split('/').at(-1) ?? '';
    if (name !== 'fastmcp.json' && !isStartFile(name)) return false;
    const asked = words(text);
    const at = asked.findIndex((word) => ['--transport', '-t', 'transport', 'FASTMCP_TRANSPORT'].includes(word));
    return at >= 0 && ['http', 'streamable-http', 'sse'].includes(asked[at + 1] ?? '');
  });
}

function isStartFile(name: string): boolean {
  const lower = name.toLowerCase();
  return (
    lower.startsWith('dockerfile') ||
    lower === 'procfile' ||
    lower === 'makefile' ||
    lower.endsWith('.sh') ||
    lower.startsWith('docker-compose') ||
    lower === 'fly.toml' ||
    lower === 'render.yaml' ||
    lower === 'smithery.yaml'
  );
}

/** `[project.scripts]` and Poetry's: `"pkg.server:main"` -> `pkg.server`. */
function scriptsOf(text: string): string[] {
  try {
    const toml = getStaticTOMLValue(parseTOML(text)) as Record<string, unknown>;
    const tables = [table(toml, 'project', 'scripts'), table(toml, 'tool', 'poetry', 'scripts')];
    return tables.flatMap((scripts) =>
      Object.values(scripts).flatMap((target) => (typeof target === 'string' ? (target.split(':')[0] ?? []) : [])),
    );
  } catch {
    return []; // Who changes pyproject.toml says what is wrong with it.
  }
}

function table(value: unknown, ...keys: string[]): Record<string, unknown> {
  let found: unknown = value;
  for (const key of keys)
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined;
  return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {};
}

/** `CMD ["uvicorn", "app.main:app"]`, `python -m pkg.server`, `python src/server.py`. */
function commandModules(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const all = words(line);
    if (!all.some((word) => STARTERS.includes(word))) return [];
    return all.flatMap((word, index) => {
      if (word.endsWith('.py')) return [word.slice(word.startsWith('./') ? 2 : 0)];
      if (word.includes(':') && !word.includes('/')) return [(word.split(':')[0] ?? '').replace('.py', '')];
      return all[index - 1] === '-m' ? [word] : [];
    });
  });
}

/** Words of a command line or of a list in JSON or YAML. */
function words(text: string): string[] {
  const separators = new Set([...' \t\r\n"\'[](),{}=']);
  const found: string[] = [];
  let word = '';
  for (const sign of text) {
    if (!separators.has(sign)) word += sign;
    else if (word !== '') {
      found.push(word);
      word = '';
    }
  }
  if (word !== '') found.push(word);
  return found.flatMap((each) => (each.endsWith(':') ? [each.slice(0, -1)] : [each]));
}
