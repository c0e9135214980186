import fs from 'node:fs';
import path from 'node:path';
import { Project, ts } from 'ts-morph';

/** Where ts-morph keeps TypeScript's own declaration files, inside its bundle. */
const LIB_DIRECTORY = '/node_modules/typescript/lib';

let libraries: ts.ModuleResolutionHost | undefined;

/**
 * Text of one of TypeScript's `lib.*.d.ts`. The bundled program has no such files beside it: ts-morph carries them.
 */
function readLibrary(file: string): string | undefined {
  libraries ??= new Project({ useInMemoryFileSystem: true }).getModuleResolutionHost();
  return libraries.readFile(`${LIB_DIRECTORY}/${path.basename(file)}`);
}

const isLibrary = (file: string): boolean => file.startsWith(`${LIB_DIRECTORY}/`);

/**
 * Declaration files of packages and of TypeScript itself: thousands of lines that are the same before and after. A file
 * may be shared by programs with the same options only, since TypeScript keeps what it found out about it in the tree.
 */
const declarations = new Map<string, ts.SourceFile | undefined>();

function declarationKey(file: string, options: string): string | undefined {
  if (isLibrary(file)) return `${options} ${file}`;
  if (!file.includes('/node_modules/')) return undefined;
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat && `${options} ${file} ${stat.mtimeMs} ${stat.size}`;
}

/** Reads of the real disk that TypeScript asks for; library files come from ts-morph. */
export function compilerHost(options: ts.CompilerOptions): ts.CompilerHost {
  const optionsKey = JSON.stringify(options);
  const read = (file: string, version: ts.ScriptTarget | ts.CreateSourceFileOptions): ts.SourceFile | undefined => {
    const text = host.readFile(file);
    return text === undefined ? undefined : ts.createSourceFile(file, text, version);
  };
  const host: ts.CompilerHost = {
    ...resolutionHost,
    getSourceFile: (file, version) => {
      const key = declarationKey(file, optionsKey);
      if (key === undefined) return read(file, version);
      if (!declarations.has(key)) declarations.set(key, read(file, version));
      return declarations.get(key);
    },
    getDefaultLibFileName: () => `${LIB_DIRECTORY}/${ts.getDefaultLibFileName(options)}`,
    getDefaultLibLocation: () => LIB_DIRECTORY,
    getCanonicalFileName: (file) => (resolutionHost.useCaseSensitiveFileNames() ? file : file.toLowerCase()),
    getNewLine: () => '\n',
    writeFile: () => undefined,
  };
  return host;
}

/** Files, directories and links as TypeScript wants to see them. */
export const resolutionHost = {
  fileExists: (file: string): boolean => (isLibrary(file) ? readLibrary(file) !== undefined : kindOf(file) === 'file'),
  directoryExists: (directory: string): boolean => kindOf(directory) === 'directory',
  readFile: (file: string): string | undefined => {
    if (isLibrary(file)) return readLibrary(file);
    try {
      const text = fs.readFileSync(file, 'utf8');
      return text.startsWith('\uFEFF') ? text.slice(1) : text;
    } catch {
      return undefined;
    }
  },
  getDirectories: (directory: string): string[] =>
    list(directory).filter((name) => kindOf(path.join(directory, name)) === 'directory'),
  realpath: (file: string): string => {
    try {
      return toSlashes(fs.realpathSync(file));
    } catch {
      return file;
    }
  },
  getCurrentDirectory: (): string => toSlashes(process.cwd()),
  useCaseSensitiveFileNames: (): boolean => process.platform !== 'win32' && process.platform !== 'darwin',
};

/** The path as TypeScript writes it: with `/` on every system. */
export function toSlashes(file: string): string {
  return file.split(path.sep).join('/');
}

function kindOf(file: string): 'file' | 'directory' | undefined {
  try {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    return stat?.isFile() ? 'file' : stat?.isDirectory() ? 'directory' : undefined;
  } catch {
    return undefined;
  }
}

function list(directory: string): string[] {
  try {
    return fs.readdirSync(directory);
  } catch {
    return [];
  }
}

/** TypeScript's own globbing of `include` and `exclude`; its public way there needs `ts.sys`, which bundles lack. */
type MatchFiles = (
  directory: string,
  extensions: readonly string[],
  excludes: readonly string[] | undefined,
  includes: readonly string[] | undefined,
  useCaseSensitiveFileNames: boolean,
  currentDirectory: string,
  depth: number | undefined,
  entriesOf: (directory: string) => { files: string[]; directories: string[] },
  realpath: (file: string) => string,
) => string[];

/** What reading a tsconfig needs beyond the above. */
export const configHost: ts.ParseConfigHost = {
  ...resolutionHost,
  useCaseSensitiveFileNames: resolutionHost.useCaseSensitiveFileNames(),
  readDirectory: (directory, extensions, excludes, includes, depth) => {
    const { matchFiles } = ts as unknown as { matchFiles: MatchFiles };
    const { realpath, useCaseSensitiveFileNames, getCurrentDirectory } = resolutionHost;
    const isSensitive = useCaseSensitiveFileNames();
    return matchFiles(
      directory,
      extensions,
      excludes,
      includes,
      isSensitive,
      getCurrentDirectory(),
      depth,
      entriesOf,
      realpath,
    );
  },
};

function entriesOf(directory: string): { files: string[]; directories: string[] } {
  const entries = { files: [] as string[], directories: [] as string[] };
  for (const name of list(directory)) {
    const kind = kindOf(path.join(directory, name));
    if (kind === 'file') entries.files.push(name);
    if (kind === 'directory') entries.directories.push(name);
  }
  return entries;
}
