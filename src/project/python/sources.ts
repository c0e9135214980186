import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { pythonParser } from '../../edit/python-parser.ts';

const MAX_FILE_BYTES = 1024 * 1024;

/** One import statement: `from a.b import c, d`, or `import a.b` with no names. */
export interface PythonImport {
  module: string;
  names: string[];
}

/** Reads Python files once; only those in which a line looks like an import that matters are parsed. */
export class PythonSources {
  readonly #root: string;
  readonly #parse: (text: string) => PythonImport[];
  readonly #texts = new Map<string, string | undefined>();
  readonly #imports = new Map<string, PythonImport[]>();
  readonly #words = new Map<string, Set<string>>();
  readonly #byStem = new Map<string, string[]>();

  private constructor(root: string, paths: readonly string[], parse: (text: string) => PythonImport[]) {
    this.#root = root;
    this.#parse = parse;
    for (const path of paths) {
      const stem = posix.basename(modulePath(path));
      this.#byStem.set(stem, [...(this.#byStem.get(stem) ?? []), path]);
    }
  }

  /** @param paths all Python files, relative to `root` */
  static async open(root: string, paths: readonly string[]): Promise<PythonSources> {
    return new PythonSources(root, paths, paths.length === 0 ? () => [] : await importReader());
  }

  /** `undefined` for files that are too large, not UTF-8, or gone. */
  text(path: string): string | undefined {
    if (!this.#texts.has(path)) this.#texts.set(path, readText(join(this.#root, path)));
    return this.#texts.get(path);
  }

  imports(path: string): PythonImport[] {
    const known = this.#imports.get(path);
    if (known) return known;
    const found = this.#parse(this.text(path) ?? '');
    this.#imports.set(path, found);
    return found;
  }

  /** Do the lines of a file that look like imports hold one of these names? Cheap, and never wrong with "no". */
  mayImport(path: string, names: readonly string[]): boolean {
    let words = this.#words.get(path);
    if (words === undefined) {
      const text = this.text(path) ?? '';
      words = new Set(text.includes('import') ? importLines(text).split(/\W+/) : []);
      this.#words.set(path, words);
    }
    const known = words;
    return names.some((name) => known.has(name));
  }

  /** The files that an import of a file can mean, over all the directories Python may look in. */
  targets(from: string, { module, names }: PythonImport): string[] {
    const dots = module.length - module.replace(/^\.+/, '').length;
    const steps = module
      .slice(dots)
      .split('.')
      .filter((part) => part !== '');
    const ways = [steps, ...names.map((name) => [...steps, name])];
    return ways.flatMap((way) => {
      const stem = way.at(-1);
      if (dots > 0) {
        const base = posix.join(posix.dirname(from), ...Array.from({ length: dots - 1 }, () => '..'), ...way);
        return this.#withStem(stem ?? posix.basename(base)).filter((path) => modulePath(path) === base);
      }
      const end = `/${way.join('/')}`;
      return this.#withStem(stem ?? '').filter((path) => path !== from && `/${modulePath(path)}`.endsWith(end));
    });
  }

  #withStem(stem: string): string[] {
    return this.#byStem.get(stem) ?? [];
  }
}

/** `src/pkg/server.py` -> `src/pkg/server`; a package's `__init__.py` is the package. */
export function modulePath(path: string): string {
  const bare = path.slice(0, -'.py'.length);
  return posix.basename(bare) === '__init__' ? posix.dirname(bare) : bare;
}

/** The lines that look like imports; a list in parentheses goes on to its end. */
function importLines(text: string): string {
  const found: string[] = [];
  let isOpen = false;
  for (const line of text.split('\n')) {
    const code = line.trimStart();
    if (!isOpen && !code.startsWith('from ') && !code.includes('import ')) continue;
    found.push(code);
    isOpen = isOpen ? !code.includes(')') : code.includes('(') && !code.includes(')') && code.startsWith('from ');
  }
  return found.join('\n');
}

function readText(file: string): string | undefined {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > MAX_FILE_BYTES) return undefined;
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

async function importReader(): Promise<(text: string) => PythonImport[]> {
  const parser = await pythonParser();
  return (text) => {
    const tree = text === '' ? null : parser.parse(text);
    if (!tree) return [];
    try {
      return tree.rootNode.descendantsOfType(['import_statement', 'import_from_statement']).flatMap((node) => {
        const names = node
          .childrenForFieldName('name')
          .map((name) => name.childForFieldName('name')?.text ?? name.text);
        const module = node.childForFieldName('module_name')?.text;
        if (module !== undefined) return [{ module, names }];
        return names.map((name) => ({ module: name, names: [] }));
      });
    } finally {
      tree.delete();
    }
  };
}
