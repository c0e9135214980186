import type { PyProgram, PySource } from './program.ts';

/** Which files import which. */
export class PyGraph {
  readonly #program: PyProgram;
  readonly #imports = new Map<PySource, PySource[]>();

  constructor(program: PyProgram) {
    this.#program = program;
    for (const source of program.sources) this.#imports.set(source, this.#importsOf(source));
  }

  /** The file and all that it imports, over all steps. */
  reachableFrom(source: PySource): Set<PySource> {
    const reached = new Set<PySource>();
    const open = [source];
    for (let next = open.pop(); next; next = open.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      open.push(...(this.#imports.get(next) ?? []));
    }
    return reached;
  }

  /** Every module name by which a file is imported from others, as it is written there. */
  namesOf(source: PySource): { module: string; from: PySource }[] {
    return this.#program.sources.flatMap((from) =>
      importedModules(from).flatMap((module) =>
        from !== source && this.#program.modules.resolve(from.path, module) === source.path ? [{ module, from }] : [],
      ),
    );
  }

  #importsOf(source: PySource): PySource[] {
    return importedModules(source).flatMap((module) => {
      const { modules } = this.#program;
      const path = modules.resolve(source.path, module);
      const target = path === undefined ? undefined : this.#program.source(path);
      return target ? [target] : [];
    });
  }
}

/** The modules that a file imports; of `from a import b` also `a.b`, which may be one. */
export function importedModules(source: PySource): string[] {
  return [...source.tree.root.below()].flatMap((node) => {
    if (node.type === 'import_statement') return node.all('name').map((part) => (part.child('name') ?? part).text);
    if (node.type !== 'import_from_statement') return [];
    const module = node.child('module_name')?.text ?? '';
    const separator = module.endsWith('.') ? '' : '.';
    const names = node.all('name').map((part) => (part.child('name') ?? part).text);
    return [module, ...names.map((name) => `${module}${separator}${name}`)];
  });
}
