import { Project, ts, type Node, type SourceFile } from 'ts-morph';
import { aliasesOf, resolveModule, type PathAliases } from '../project/modules.ts';
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
  /** File and line, for people: `src/server.ts:12`. */
  placeOf(node: Node): string;
  /** The file of the project that a module specifier means, seen from a file (its absolute path in the model). */
  resolve(from: string, specifier: string): SourceFile | undefined;
}

const ROOT = '/project';

const pathOf = (file: SourceFile): string => file.getFilePath().slice(ROOT.length + 1);

/** Parses every file of a snapshot into one project in memory, with the path aliases of its tsconfig. */
export function createCodeModel(snapshot: ProjectSnapshot): CodeModel {
  const aliases = aliasesOf(snapshot.tsconfig);
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
      ...(aliases ? absolute(aliases) : {}),
    },
  });
  for (const [path, text] of snapshot.files) project.createSourceFile(`${ROOT}/${path}`, text);
  const sourceFile = (path: string): SourceFile | undefined => project.getSourceFile(`${ROOT}/${path}`);
  return {
    snapshot,
    project,
    sourceFile,
    sourceFiles: () => project.getSourceFiles(),
    pathOf,
    placeOf: (node) => `${pathOf(node.getSourceFile())}:${node.getStartLineNumber()}`,
    resolve: (from, specifier) => {
      const path = resolveModule(from.slice(ROOT.length + 1), specifier, (p) => snapshot.files.has(p), aliases);
      return path === undefined ? undefined : sourceFile(path);
    },
  };
}

/** The compiler wants absolute targets where there is no `baseUrl`. */
function absolute({ baseUrl, paths }: PathAliases): { baseUrl?: string; paths: Record<string, string[]> } {
  const entries = Object.entries(paths).map(
    ([pattern, targets]) => [pattern, targets.map((t) => `${ROOT}/${t}`)] as const,
  );
  return { paths: Object.fromEntries(entries), ...(baseUrl === undefined ? {} : { baseUrl: `${ROOT}/${baseUrl}` }) };
}
