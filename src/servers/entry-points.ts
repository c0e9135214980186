import { posix } from 'node:path';
import type { ProjectSnapshot } from '../project/snapshot.ts';
import { SOURCE_ENDINGS } from '../project/source-files.ts';

const OUTPUT_DIRECTORIES = ['dist', 'build', 'out', 'lib', '.output', 'output'];
const START_SCRIPTS = ['start', 'start:http', 'serve', 'dev', 'start:dev', 'dev:http'];

/**
 * Source files the package is started with, by `start` and `dev` scripts, `bin` and `main`; compiled paths are traced
 * back to their source (`dist/server.js` -> `src/server.ts`).
 */
export function startedFiles(snapshot: ProjectSnapshot): string[] {
  const { scripts, bin, main } = snapshot.manifest;
  const words = START_SCRIPTS.flatMap((name) => scripts[name]?.split(/[\s'"&|;]+/) ?? []);
  const named = [...words, ...bin, ...(main === undefined ? [] : [main])];
  return [...new Set(named.flatMap((word) => sourceOf(snapshot, word) ?? []))];
}

/** The source behind a path that a script names, compiled or not. */
export function sourceOf(snapshot: ProjectSnapshot, word: string): string | undefined {
  const path = posix.normalize(word);
  if (snapshot.files.has(path)) return path;
  const extension = posix.extname(path);
  const stem = SOURCE_ENDINGS.includes(extension) ? path.slice(0, -extension.length) : path;
  const [first = '', ...rest] = stem.split('/');
  const stems = OUTPUT_DIRECTORIES.includes(first) ? [`src/${rest.join('/')}`, rest.join('/')] : [stem];
  return stems
    .flatMap((each) => SOURCE_ENDINGS.map((ending) => each + ending))
    .find((each) => snapshot.files.has(each));
}
