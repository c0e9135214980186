import path from 'node:path/posix';
import { isAsideFile } from '../../project/python/paths.ts';

/** Which file of the project a module is, for all the directories that Python may look in. */
export class Modules {
  readonly #paths: ReadonlySet<string>;
  readonly #roots: readonly string[];

  constructor(paths: Iterable<string>) {
    this.#paths = new Set(paths);
    const dirs = new Set([...this.#paths].map((file) => path.dirname(file)));
    this.#roots = [
      '.',
      'src',
      ...[...dirs].filter((dir) => dir !== '.' && dir !== 'src' && !isAsideFile(`${dir}/x.py`) && !this.isPackage(dir)),
    ];
  }

  /** Is there an `__init__.py`? */
  isPackage(dir: string): boolean {
    return this.#paths.has(path.join(dir, '__init__.py'));
  }

  /** @param module as in `from module import`: dotted, with leading dots where it is relative */
  resolve(from: string, module: string): string | undefined {
    return this.find(from, module)?.path;
  }

  /** The same, with the directory from which the name was resolved. */
  find(from: string, module: string): { path: string; root: string } | undefined {
    const dots = leadingDots(module);
    if (dots > 0) {
      const base = path.join(path.dirname(from), ...Array.from({ length: dots - 1 }, () => '..'));
      return this.#in(base, module.slice(dots));
    }
    for (const root of [path.dirname(from), ...this.#roots]) {
      const found = this.#in(root, module);
      if (found) return found;
    }
    return undefined;
  }

  #in(root: string, module: string): { path: string; root: string } | undefined {
    const base = path.join(root, ...module.split('.').filter((part) => part !== ''));
    const file = [`${base}.py`, path.join(base, '__init__.py')].find((candidate) => this.#paths.has(candidate));
    return file === undefined ? undefined : { path: file, root };
  }
}

export function leadingDots(module: string): number {
  let dots = 0;
  while (module[dots] === '.') dots++;
  return dots;
}
