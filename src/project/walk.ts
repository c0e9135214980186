import { readdir } from 'node:fs/promises';
import { gitFiles } from './git.ts';
import { SOURCE_ENDINGS } from './source-files.ts';

/** Directories that hold dependencies, build output or tests: never the source of the server. */
// prettier-ignore
const SKIPPED_DIRECTORIES = new Set([
  'node_modules', 'bower_components', 'dist', 'build', 'out', 'coverage',
  '__tests__', '__mocks__', '__fixtures__', 'test', 'tests', 'e2e',
  'venv', 'site-packages', '__pycache__',
]);

/** Dot folders are skipped too, except the one Next.js serves metadata from. */
const KEPT_DOT_DIRECTORY = '.well-known';

/**
 * Lists the files below a directory, without dependencies, build output and tests.
 * In a git repository git is asked, because it knows what is ignored (and is faster than walking).
 * @returns paths relative to `dir` with `/`, sorted
 */
export async function listFiles(dir: string): Promise<string[]> {
  const files = (await gitFiles(dir)) ?? (await walk(dir, ''));
  return files.filter((path) => !path.split('/').slice(0, -1).some(isSkippedDirectory)).sort();
}

/** Is this a module a server could be made of: TypeScript or JavaScript, no declaration file, no test. */
export function isSourceFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const extension = SOURCE_ENDINGS.find((candidate) => name.endsWith(candidate));
  if (!extension) return false;
  const stem = name.slice(0, -extension.length);
  return !['.d', '.test', '.spec', '.stories'].some((suffix) => stem.endsWith(suffix)) && !stem.endsWith('.min');
}

function isSkippedDirectory(name: string): boolean {
  return SKIPPED_DIRECTORIES.has(name) || (name.startsWith('.') && name !== KEPT_DOT_DIRECTORY);
}

async function walk(dir: string, prefix: string): Promise<string[]> {
  const entries = await readdir(`${dir}/${prefix}`, { withFileTypes: true }).catch(() => []);
  // An environment of Python, whatever it is called.
  if (prefix !== '' && entries.some(({ name }) => name === 'pyvenv.cfg')) return [];
  const nested = entries.map(async (entry): Promise<string[]> => {
    const path = prefix + entry.name;
    if (entry.isDirectory()) return isSkippedDirectory(entry.name) ? [] : walk(dir, `${path}/`);
    return entry.isFile() ? [path] : [];
  });
  return (await Promise.all(nested)).flat();
}
