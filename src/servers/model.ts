import { Project, ts, type SourceFile } from 'ts-morph';
import type { ProjectSnapshot } from '../project/snapshot.ts';

/**
 * The snapshot's source as a ts-morph project that lives in memory. It resolves symbols and literal types between the
 * files of the snapshot; packages are not in it (imports are told apart by their module specifier).
 */
export interface CodeModel {
  snapshot: ProjectSnapshot;
  project: Project;
  sourceFile(path: string): SourceFile | undefined;
  sourceFiles(): SourceFile[];
  /** Path of a source file relative to the project root. */
  pathOf(file: SourceFile): string;
}

const ROOT = '/project';

export function createCodeModel(snapshot: ProjectSnapshot): CodeModel {
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    compilerOptions: {
      allowJs: true,
      noLib: true,
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      jsx: ts.JsxEmit.Preserve,
      strict: true,
    },
  });
  for (const [path, text] of snapshot.files) project.createSourceFile(`${ROOT}/${path}`, text);
  return {
    snapshot,
    project,
    sourceFile: (path) => project.getSourceFile(`${ROOT}/${path}`),
    sourceFiles: () => project.getSourceFiles(),
    pathOf: (file) => file.getFilePath().slice(ROOT.length + 1),
  };
}
