import path from 'node:path';
import { ts } from 'ts-morph';
import { configHost, resolutionHost, toSlashes } from './prove-host.ts';

/** The part of a project that is compiled with one set of options. Paths are absolute, with `/`. */
export interface Compilation {
  /** Directory of the config, or of the project when there is none. */
  directory: string;
  options: ts.CompilerOptions;
  /** What the config includes. */
  fileNames: string[];
}

/** What a project without any config is checked with: about what tsx and bundlers accept. */
const WITHOUT_CONFIG: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  jsx: ts.JsxEmit.Preserve,
  strict: false,
  skipLibCheck: true,
  types: ['*'],
};

/** Finds the config that covers a file: the nearest one upwards, or one that it refers to. */
export class Configs {
  readonly #root: string;
  readonly #parsed = new Map<string, ts.ParsedCommandLine>();

  constructor(root: string) {
    this.#root = toSlashes(root);
  }

  /** @param file absolute, with `/` */
  compilationOf(file: string): Compilation {
    const config = this.#nearest(path.posix.dirname(file));
    if (config === undefined) {
      return { directory: this.#root, options: tuned(WITHOUT_CONFIG), fileNames: [] };
    }
    const chosen = this.#including(config, file, new Set()) ?? config;
    const { options, fileNames } = this.#parse(chosen);
    const directory = path.posix.dirname(chosen);
    return { directory, options: tuned(asInstalled(options, directory)), fileNames };
  }

  /** Walks up, beyond the package into its workspace, but not out of the repository. */
  #nearest(from: string): string | undefined {
    for (let dir = from; ; dir = path.posix.dirname(dir)) {
      for (const name of ['tsconfig.json', 'jsconfig.json']) {
        if (resolutionHost.fileExists(`${dir}/${name}`)) return `${dir}/${name}`;
      }
      const isTop = resolutionHost.directoryExists(`${dir}/.git`) || path.posix.dirname(dir) === dir;
      if (isTop) return undefined;
    }
  }

  /** The config itself, or one it refers to, that includes the file. */
  #including(config: string, file: string, seen: Set<string>): string | undefined {
    if (seen.has(config)) return undefined;
    seen.add(config);
    const parsed = this.#parse(config);
    if (parsed.fileNames.includes(file)) return config;
    const references = (parsed.projectReferences ?? []).map((one) => toSlashes(ts.resolveProjectReferencePath(one)));
    for (const reference of references) {
      const found = this.#including(reference, file, seen);
      if (found !== undefined) return found;
    }
    // A config of only references (`files: []`) has no options for a file that none of them includes: take the first.
    return parsed.fileNames.length === 0 ? references.find((one) => resolutionHost.fileExists(one)) : undefined;
  }

  #parse(config: string): ts.ParsedCommandLine {
    const known = this.#parsed.get(config);
    if (known) return known;
    const { config: json } = ts.readConfigFile(config, resolutionHost.readFile) as { config?: unknown };
    const parsed = ts.parseJsonConfigFileContent(json ?? {}, configHost, path.posix.dirname(config), undefined, config);
    this.#parsed.set(config, parsed);
    return parsed;
  }
}

/** We look at single files and write nothing. */
function tuned(options: ts.CompilerOptions): ts.CompilerOptions {
  const { incremental: _incremental, tsBuildInfoFile: _buildInfo, composite, ...rest } = options;
  return { ...rest, noEmit: true, skipLibCheck: true, ...(composite ? { declaration: true } : {}) };
}

/**
 * The bundled TypeScript is a 6: what a config leaves out means something else to it than to the project's own
 * TypeScript 5 (`strict`, the types that are loaded by themselves, `target`, `module`). A project without TypeScript is
 * run by bun or tsx, which take no `target` for the newest and not for ES5.
 */
function asInstalled(options: ts.CompilerOptions, directory: string): ts.CompilerOptions {
  const major = installedMajor(directory);
  if (major !== undefined && major >= 6) return options;
  const isNodeModule =
    options.module !== undefined && options.module >= ts.ModuleKind.Node16 && options.module <= ts.ModuleKind.NodeNext;
  const unsaid = major === undefined ? ts.ScriptTarget.ESNext : ts.ScriptTarget.ES5;
  const target = options.target ?? (isNodeModule ? ts.ScriptTarget.ES2022 : unsaid);
  const module = target >= ts.ScriptTarget.ES2015 ? ts.ModuleKind.ES2015 : ts.ModuleKind.CommonJS;
  return { strict: false, types: ['*'], module, ...options, target };
}

function installedMajor(directory: string): number | undefined {
  for (let dir = directory; ; dir = path.posix.dirname(dir)) {
    const text = resolutionHost.readFile(`${dir}/node_modules/typescript/package.json`);
    if (text !== undefined) return Number.parseInt((JSON.parse(text) as { version: string }).version, 10);
    if (path.posix.dirname(dir) === dir) return undefined;
  }
}
