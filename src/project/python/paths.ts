import { posix } from 'node:path';

/** Directories whose files are no part of the server itself. */
// prettier-ignore
const ASIDE = [
  'test', 'tests', 'testing', 'example', 'examples', 'docs', 'scripts', 'benchmarks', 'evals', 'samples', 'demo', 'demos',
];

/** Is a file aside from the program itself: a test, an example? */
export function isAsideFile(path: string): boolean {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  return (
    parts.slice(0, -1).some((part) => ASIDE.includes(part.toLowerCase())) ||
    name.startsWith('test_') ||
    name.endsWith('_test.py') ||
    name === 'conftest.py'
  );
}

/** Files that can name the dependencies of a Python project. */
export const PYTHON_MANIFESTS = [
  'pyproject.toml',
  'Pipfile',
  'setup.py',
  'setup.cfg',
  'uv.lock',
  'poetry.lock',
  'pdm.lock',
];

/** `requirements.txt`, `requirements-dev.txt`, `requirements.in`, `requirements/base.txt` */
export function isRequirementsFile(path: string): boolean {
  const name = posix.basename(path);
  const isText = name.endsWith('.txt') || name.endsWith('.in');
  return isText && (name.startsWith('requirements') || posix.basename(posix.dirname(path)) === 'requirements');
}

/** Files that say how a server is started. */
export function isStartFile(path: string): boolean {
  const name = posix.basename(path).toLowerCase();
  return (
    ['pyproject.toml', 'fastmcp.json', 'procfile', 'makefile', 'fly.toml', 'render.yaml', 'smithery.yaml'].includes(
      name,
    ) ||
    name.startsWith('dockerfile') ||
    name.startsWith('docker-compose') ||
    name.endsWith('.sh')
  );
}

/** Python files of the project itself: none of its environments, no caches. */
export function pythonFiles(paths: readonly string[]): string[] {
  const environments = paths
    .filter((path) => posix.basename(path) === 'pyvenv.cfg')
    .map((path) => `${posix.dirname(path)}/`);
  return paths.filter(
    (path) =>
      path.endsWith('.py') &&
      !environments.some((environment) => path.startsWith(environment)) &&
      !path.split('/').some((part) => part === 'site-packages' || part === '__pycache__' || part === 'venv'),
  );
}
