import path from 'node:path';
import { ts } from 'ts-morph';
import { CliError } from '../errors.ts';
import { MCP_SDK } from '../project/packages.ts';
import { Configs, type Compilation } from './prove-config.ts';
import { compilerHost, resolutionHost, toSlashes } from './prove-host.ts';

export interface ProofDiagnostic {
  /** Relative to the project root. */
  file: string;
  /** Counts from 1. */
  line: number;
  code: number;
  message: string;
}

/** What the compiler says about some files of a project at one moment. */
export interface Diagnosis {
  /** The files that were looked at: those asked for and those that import them. */
  files: Map<string, ProofDiagnostic[]>;
  /** Packages that could not be found: not installed, or without types. */
  missing: Set<string>;
  /** Types were checked of any file; otherwise all were parsed only. */
  isTyped: boolean;
}

export interface CompareOptions {
  /** Packages that are declared but not installed yet (`--no-install`). */
  uninstalled?: readonly string[];
}

/**
 * Type-checks files of a project, and the files that import them, with the project's own settings. JavaScript is
 * parsed only, unless `checkJs` or `// @ts-check` ask for more. Errors of the configuration itself do not count: the
 * comparison is by file.
 * @param paths relative to the project root; those that do not exist are passed over
 */
export function diagnose(root: string, paths: readonly string[]): Diagnosis {
  const base = toSlashes(path.resolve(root));
  const configs = new Configs(base);
  const groups = new Map<string, { compilation: Compilation; files: string[] }>();
  for (const file of paths.filter(isSource).map((name) => path.posix.join(base, name))) {
    if (!resolutionHost.fileExists(file)) continue;
    const compilation = configs.compilationOf(file);
    const key = `${compilation.directory} ${JSON.stringify(compilation.options)}`;
    const group = groups.get(key) ?? { compilation, files: [] };
    group.files.push(file);
    groups.set(key, group);
  }
  const diagnosis: Diagnosis = { files: new Map(), missing: new Set(), isTyped: false };
  for (const { compilation, files } of groups.values()) check(base, compilation, files, diagnosis);
  return diagnosis;
}

/** The errors that are in `after` and were not in `before`, told apart by file, code and message, not by position. */
export function compare(before: Diagnosis, after: Diagnosis, options: CompareOptions = {}): ProofDiagnostic[] {
  const absent = new Set([...(options.uninstalled ?? []), ...before.missing]);
  // A project that is not installed lacks what the generated code asks for, too, whether or not its own files show it.
  if (before.missing.size > 0) for (const name of ['@types/node', MCP_SDK]) absent.add(name);
  const fresh: ProofDiagnostic[] = [];
  for (const [file, diagnostics] of after.files) {
    const known = new Map<string, number>();
    for (const diagnostic of before.files.get(file) ?? [])
      known.set(keyOf(diagnostic), (known.get(keyOf(diagnostic)) ?? 0) + 1);
    const isHalfTyped = diagnostics.some((diagnostic) => isAbsence(diagnostic, absent));
    for (const diagnostic of diagnostics) {
      const count = known.get(keyOf(diagnostic)) ?? 0;
      known.set(keyOf(diagnostic), count - 1);
      if (count > 0 || isAbsence(diagnostic, absent)) continue;
      if (isHalfTyped && FOLLOWS_FROM_ABSENCE.has(diagnostic.code)) continue;
      fresh.push(diagnostic);
    }
  }
  return fresh;
}

/**
 * @throws CliError `verification-failed` when there are errors that were not there before
 */
export function assertNoNewErrors(before: Diagnosis, after: Diagnosis, options: CompareOptions = {}): void {
  const fresh = compare(before, after, options);
  const [first] = fresh;
  if (!first) return;
  if (fresh.every(({ code }) => NEEDS_ES2015.has(code))) throw tooOldTarget();
  const lines = fresh.map(({ file, line, code, message }) => `${file}:${line} TS${code}: ${message}`);
  throw new CliError(
    'verification-failed',
    `The rewritten project has ${fresh.length} new type error${fresh.length === 1 ? '' : 's'}, the first in ${first.file}; everything was put back.`,
    'Report this with the lines below, or run again with --no-verify and repair it by hand.',
    { manual: [{ what: 'New errors of the TypeScript compiler', snippet: lines.slice(0, 20).join('\n') }] },
  );
}

/** Iteration of a Map or Set, and `#private`: what the compiler cannot write as ES5. */
const NEEDS_ES2015 = new Set([2802, 18028]);

function tooOldTarget(): CliError {
  return new CliError(
    'unsupported-shape',
    'The tsconfig compiles to ES5, which TypeScript 5 does where no "target" is set, and the generated code needs ES2015; everything was put back.',
    'Set "target": "ES2022" under compilerOptions of the tsconfig (Node.js has long run that), then run again.',
  );
}

function check(base: string, { options, fileNames }: Compilation, wanted: string[], diagnosis: Diagnosis): void {
  const files = [...new Set([...wanted, ...importersOf(wanted, fileNames, options)])];
  const isChecked = options.checkJs === true || files.some((file) => !isJavaScript(file) || asksForCheck(file));
  const finalOptions: ts.CompilerOptions = {
    ...options,
    ...(files.some(isJavaScript) ? { allowJs: true } : {}),
    ...(isChecked ? {} : { noResolve: true, noLib: true, types: [] }),
  };
  const ambient = isChecked ? fileNames.filter((file) => file.endsWith('.d.ts')) : [];
  const program = ts.createProgram({
    rootNames: [...files, ...ambient],
    options: finalOptions,
    host: compilerHost(finalOptions),
  });
  diagnosis.isTyped ||= isChecked;
  for (const file of files) {
    const source = program.getSourceFile(file);
    if (!source) continue;
    const found = [
      ...program.getSyntacticDiagnostics(source),
      ...(isChecked ? program.getSemanticDiagnostics(source) : []),
      ...(isChecked && options.declaration && !isJavaScript(file) ? program.getDeclarationDiagnostics(source) : []),
    ].filter(({ category }) => category === ts.DiagnosticCategory.Error);
    const diagnostics = found.map((diagnostic) => asPlain(base, source, diagnostic));
    diagnosis.files.set(path.posix.relative(base, file), diagnostics);
    for (const diagnostic of diagnostics) {
      const name = missingPackage(diagnostic);
      if (name !== undefined) diagnosis.missing.add(name);
    }
  }
}

function importersOf(files: readonly string[], candidates: readonly string[], options: ts.CompilerOptions): string[] {
  const wanted = new Set(files);
  const words = files.map((file) => {
    const stem = path.posix.parse(file).name;
    return stem === 'index' ? path.posix.basename(path.posix.dirname(file)) : stem;
  });
  return candidates.filter((candidate) => {
    if (wanted.has(candidate) || candidate.endsWith('.d.ts')) return false;
    const text = resolutionHost.readFile(candidate) ?? '';
    if (!words.some((word) => text.includes(word))) return false;
    return ts.preProcessFile(text, true, true).importedFiles.some(({ fileName }) => {
      const { resolvedModule } = ts.resolveModuleName(fileName, candidate, options, resolutionHost);
      return resolvedModule !== undefined && wanted.has(resolvedModule.resolvedFileName);
    });
  });
}

function asPlain(base: string, source: ts.SourceFile, diagnostic: ts.Diagnostic): ProofDiagnostic {
  return {
    file: path.posix.relative(base, source.fileName),
    line: source.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line + 1,
    code: diagnostic.code,
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
  };
}

const keyOf = ({ code, message }: ProofDiagnostic): string => `${code} ${message}`;

/** "Cannot find module 'x'", and the same for its types. */
const MODULE_NOT_FOUND = new Set([2307, 2792, 7016]);
/** "Cannot find name 'process'": the types of Node.js are a package too. */
const NODE_TYPES_NOT_FOUND = new Set([2580, 2584, 2591]);
/** "Cannot find type definition file for 'node'", which a `/// <reference types="node" />` asks for. */
const TYPES_NOT_FOUND = 2688;
/** "Cannot find name 'URL'" comes without that advice, as browsers have it too. The generated code uses these. */
const NAME_NOT_FOUND = 2304;
const WEB_GLOBALS = ['URL', 'URLSearchParams', 'TextDecoder', 'TextEncoder', 'fetch', 'Request', 'Response', 'Headers'];
/** What is `any` because its package is missing makes what is derived from it implicitly `any`; globals are missing. */
const FOLLOWS_FROM_ABSENCE = new Set([2304, 2339, 2503, 7005, 7006, 7031, 7034]);

function isAbsence(diagnostic: ProofDiagnostic, absent: ReadonlySet<string>): boolean {
  const name = missingPackage(diagnostic);
  return name !== undefined && absent.has(name);
}

function missingPackage({ code, message }: ProofDiagnostic): string | undefined {
  if (NODE_TYPES_NOT_FOUND.has(code)) return '@types/node';
  const specifier = message.split("'")[1] ?? '';
  if (code === TYPES_NOT_FOUND) return `@types/${specifier}`;
  if (code === NAME_NOT_FOUND && WEB_GLOBALS.includes(specifier)) return '@types/node';
  if (!MODULE_NOT_FOUND.has(code)) return undefined;
  if (specifier.startsWith('.') || specifier.startsWith('/')) return undefined;
  if (specifier.startsWith('node:')) return '@types/node';
  const [scope, name] = specifier.split('/');
  return scope?.startsWith('@') ? `${scope}/${name ?? ''}` : scope;
}

const isJavaScript = (file: string): boolean => ['.js', '.mjs', '.cjs', '.jsx'].includes(path.posix.extname(file));

const isSource = (file: string): boolean =>
  isJavaScript(file) || ['.ts', '.mts', '.cts', '.tsx'].includes(path.posix.extname(file));

function asksForCheck(file: string): boolean {
  return (resolutionHost.readFile(file) ?? '').includes('@ts-check');
}
