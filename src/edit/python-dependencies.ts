import { posix } from 'node:path';
import type { ManualStep } from '../errors.ts';
import type { PythonManager } from '../project/python/snapshot.ts';
import type { Dependency } from '../types.ts';
import { declareInManifest, namesMcpInManifest, type Reader } from './python-manifest.ts';
import { wishOf } from './python-requirement.ts';
import { compileCommand, isCompiled, namesInRequirements } from './python-requirements-file.ts';
import { scriptBlock } from './python-script-block.ts';

export interface DeclareInput {
  manager: PythonManager;
  /** What the generated code needs: declared where it is not yet, with its extras. */
  needed: readonly Dependency[];
  /** Bounds for packages that are declared without one; nothing is added for them. */
  pins: readonly Dependency[];
  /** The server's file, which may carry its dependencies itself (PEP 723). */
  entry: string;
  /** Text of a file of the project, relative to its root. */
  read: Reader;
  /** What is there without being declared; only asked where there is no manifest to tell. */
  versionOf?: (name: string) => string | undefined;
}

export interface DeclaredDependencies {
  edits: { path: string; before: string; after: string }[];
  /** Of `needed`: what was not declared before, or without an extra. */
  added: Dependency[];
  /** Declared in a range that excludes every version that would do: left alone, a person has to decide. */
  tooOld: { name: string; declared: string; wanted: string }[];
  /** Of `needed`: what is not there, in a project that says nowhere what it needs. */
  unlisted: Dependency[];
  manual: ManualStep[];
}

/**
 * Declares dependencies where a Python project does, in the style of its files; every other byte stays. Pure.
 * @throws CliError `unparsable-source` when a manifest is not TOML
 */
export function declarePythonDependencies(input: DeclareInput): DeclaredDependencies {
  const { needed, pins } = input;
  const paths = manifestsOf(input);
  const texts = new Map<string, string>();
  const read: Reader = (path) => texts.get(path) ?? input.read(path);
  const result: DeclaredDependencies = { edits: [], added: [], tooOld: [], unlisted: [], manual: [] };
  if (paths.length === 0) return { ...result, unlisted: notInstalled(input) };

  for (const dependency of needed) {
    const wish = wishOf(dependency, false);
    const outcomes = paths.map((path) => declareInManifest(path, wish, read));
    for (const { texts: changed } of outcomes) for (const [path, text] of changed) texts.set(path, text);
    if (outcomes.some(({ texts: changed }) => changed.size > 0)) result.added.push(dependency);
    const declared = outcomes.find(({ tooOld }) => tooOld !== undefined)?.tooOld;
    if (declared !== undefined) result.tooOld.push({ name: dependency.name, declared, wanted: dependency.range });
    result.manual.push(...outcomes.flatMap(({ manual }) => manual));
  }
  for (const pin of pins) {
    for (const path of paths) {
      const { texts: changed } = declareInManifest(path, wishOf(pin, true), read);
      for (const [file, text] of changed) texts.set(file, text);
    }
  }
  for (const [path, after] of texts) {
    const before = input.read(path) ?? '';
    if (before !== after) result.edits.push({ path, before, after });
  }
  result.manual.push(...compileSteps(paths, input, read));
  return result;
}

/** The files in which the server's dependencies are declared, the main one first. */
function manifestsOf({ manager, entry, read }: DeclareInput): string[] {
  const isScript = scriptBlock(read(entry) ?? '') !== undefined;
  const { manifest } = manager;
  if (isScript) {
    const isOwn = manifest === undefined || manifest === entry || manager.name === 'script';
    return isOwn || !namesMcpInManifest(manifest, read) ? [entry] : [entry, manifest];
  }
  if (manifest === undefined || (manager.name === 'script' && read(manifest) === undefined)) return [];
  // Where an image or a platform installs from requirements.txt and people from pyproject.toml, both have to say it.
  const twin = posix.join(posix.dirname(manifest), 'requirements.txt');
  const isTwin =
    posix.basename(manifest) === 'pyproject.toml' && namesMcpInManifest(twin, read) && !isCompiled(read(twin) ?? '');
  return isTwin ? [manifest, twin] : [manifest];
}

/** No manifest is made for people who installed by hand. */
function notInstalled({ needed, versionOf }: DeclareInput): Dependency[] {
  return needed.filter((each) => versionOf?.(wishOf(each, false).name) === undefined);
}

/** `requirements.txt` that a program wrote from `requirements.in` has to be written again. */
function compileSteps(paths: readonly string[], { needed }: DeclareInput, read: Reader): ManualStep[] {
  return paths
    .filter((path) => path.endsWith('.in'))
    .flatMap((path) => {
      const compiled = path.replace(/\.in$/, '.txt');
      const text = read(compiled);
      const isMissing = needed.some(
        (each) => text !== undefined && !namesInRequirements(text, wishOf(each, false).name),
      );
      if (text === undefined || !isMissing) return [];
      const command = compileCommand(text) ?? `pip-compile ${path}`;
      return [{ what: `Write ${compiled} again from ${path}.`, snippet: command }];
    });
}
