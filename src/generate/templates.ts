import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The same templates as TypeScript, and as JavaScript with `import` or with `require`. */
export type Variant = 'ts' | 'esm' | 'cjs';

/** Reads one built template by its name without extension. Throws when the program was not built. */
export function readTemplate(variant: Variant, name: string): string {
  const text = readFileSync(path.join(directory(), variant, `${name}.${variant === 'ts' ? 'ts' : 'js'}`), 'utf8');
  return text.replace(OF_WORKERS, "'./$1$2'");
}

/** Reads one template of Python by its path below `python/`. Throws when the program was not built. */
export function readPythonTemplate(name: string): string {
  return readFileSync(path.join(directory(), 'python', name), 'utf8');
}

/** The names of the Python templates in a folder. */
export function listPythonTemplates(folder: string): string[] {
  return readdirSync(path.join(directory(), 'python', folder)).filter((name) => name.endsWith('.py'));
}

/** The package is bundled into dist/; in tests this module runs from src/generate/. */
function directory(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const candidates = [path.join(here, 'templates'), path.join(here, '..', '..', 'dist', 'templates')];
  const found = candidates.find((candidate) => existsSync(path.join(candidate, 'ts', 'gate.ts')));
  if (!found) throw new Error('The templates are not built: run `npm run build`.');
  return found;
}

/** Names of the templates that a template imports, as `import … from './name.ts'` or `require('./name.js')`. */
export function importsOf(text: string): string[] {
  return [...text.matchAll(RELATIVE_IMPORT)].map(([, , name]) => name ?? '');
}

/** The text with its relative imports ending as the project writes them. */
export function withImportExtension(text: string, extension: string): string {
  return text.replace(RELATIVE_IMPORT, (_all, before: string, name: string) => `${before}'./${name}${extension}'`);
}

/** `./runtime.workers.ts`: a project has one runtime, and its file has the plain name. */
const OF_WORKERS = /'\.\/([\w-]+)\.workers(\.[jt]s)'/g;

/** Our own templates, in the one form that they use. */
const RELATIVE_IMPORT = /(from |require\()'\.\/([\w-]+)\.[jt]s'/g;
