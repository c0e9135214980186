import { aliasesOf, moduleSpecifiers, resolveModule } from '../project/modules.ts';
import type { ProjectSnapshot } from '../project/snapshot.ts';

/** Which files of the snapshot import which. */
export class ModuleGraph {
  readonly #imports = new Map<string, string[]>();
  readonly #specifiers = new Map<string, string[]>();

  constructor(snapshot: ProjectSnapshot) {
    const aliases = aliasesOf(snapshot.tsconfig);
    for (const [path, text] of snapshot.files) {
      const specifiers = moduleSpecifiers(text);
      this.#specifiers.set(path, specifiers);
      const exists = (candidate: string): boolean => snapshot.files.has(candidate);
      this.#imports.set(
        path,
        specifiers.flatMap((specifier) => resolveModule(path, specifier, exists, aliases) ?? []),
      );
    }
  }

  /** Module specifiers of a file as they are written. */
  specifiers(path: string): string[] {
    return this.#specifiers.get(path) ?? [];
  }

  /** The file and everything it imports, over any number of files. */
  reachableFrom(path: string): Set<string> {
    const found = new Set([path]);
    for (const each of found) for (const next of this.#imports.get(each) ?? []) found.add(next);
    return found;
  }

  /** The file and every file that imports it, over any number of files: what may have been started to get there. */
  startedBy(path: string): Set<string> {
    const found = new Set([path]);
    for (const each of found) {
      for (const [importer, imports] of this.#imports) if (imports.includes(each)) found.add(importer);
    }
    return found;
  }
}
