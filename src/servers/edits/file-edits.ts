import path from 'node:path/posix';
import type { SourceFile } from 'ts-morph';
import { relativeSpecifier } from '../../edit/specifier.ts';
import type { Edit } from '../../types.ts';
import type { CodeModel } from '../model.ts';
import { moduleStyle } from '../module-style.ts';
import { FileEdit } from './file-edit.ts';

/** The changes to all source files of a project, gathered and then turned into one edit a file. */
export class FileEdits {
  /** `exactOptionalPropertyTypes`: `{ auth: undefined }` is no `{ auth?: … }` there. */
  readonly strictOptionals: boolean;
  readonly #model: CodeModel;
  readonly #authDir: string;
  readonly #host: string;
  readonly #files = new Map<SourceFile, FileEdit>();
  readonly #imports = new Map<SourceFile, string[]>();

  /** @param host name of the generated module that the sources import: `hono` or `fetch` */
  constructor(model: CodeModel, authDir: string, host: string) {
    this.#model = model;
    this.#authDir = authDir;
    this.#host = host;
    this.strictOptionals = model.snapshot.tsconfig?.compilerOptions['exactOptionalPropertyTypes'] === true;
  }

  of(file: SourceFile): FileEdit {
    const known = this.#files.get(file);
    if (known) return known;
    const own = this.#model.pathOf(file);
    const text = this.#model.snapshot.files.get(own) ?? file.getFullText();
    const edit = new FileEdit(file, text, this.specifierFrom(own), this.#model.snapshot.manifest.type);
    this.#files.set(file, edit);
    return edit;
  }

  /** Imports a name of another generated module. @returns its local name */
  importFrom(module: string, name: string, file: SourceFile): string {
    this.#imports.set(file, [...(this.#imports.get(file) ?? []), module]);
    return this.of(file).import(name, this.specifierFrom(this.#model.pathOf(file), module));
  }

  /** How a file at `from` (relative to the project root) imports the generated module. */
  specifierFrom(from: string, module = this.#host): string {
    return relativeSpecifier(from, path.join(this.#authDir, module), moduleStyle(this.#model, from).importExtension);
  }

  /** One edit for each file whose text changes, in the order of their paths. */
  result(why: string): Edit[] {
    return [...this.#files]
      .map(([file, edit]) => {
        const imports = this.#imports.get(file);
        const change = { path: this.#model.pathOf(file), before: edit.before, after: edit.finish() };
        return imports ? { ...change, imports } : change;
      })
      .filter(({ before, after }) => before !== after)
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map((change) => ({ kind: 'modify', ...change, why }));
  }
}
