import type { SourceFile } from 'ts-morph';
import type { Edit } from '../../types.ts';
import { FileEdit } from '../edits/file-edit.ts';
import type { CodeModel } from '../model.ts';

/** The changes to source files, one splicer for each. */
export class SourceEdits {
  readonly #model: CodeModel;
  readonly #files = new Map<SourceFile, FileEdit>();

  constructor(model: CodeModel) {
    this.#model = model;
  }

  of(file: SourceFile): FileEdit {
    const known = this.#files.get(file);
    if (known) return known;
    const { snapshot } = this.#model;
    const text = snapshot.files.get(this.#model.pathOf(file)) ?? file.getFullText();
    const edit = new FileEdit(file, text, '', snapshot.manifest.type);
    this.#files.set(file, edit);
    return edit;
  }

  result(why: string): Edit[] {
    return [...this.#files]
      .map(([file, edit]) => ({ path: this.#model.pathOf(file), before: edit.before, after: edit.finish() }))
      .filter(({ before, after }) => before !== after)
      .map((change) => ({ kind: 'modify', ...change, why }));
  }
}
