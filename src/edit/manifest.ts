import { findNodeAtLocation } from 'jsonc-parser';
import { CliError } from '../errors.ts';
import type { Dependency } from '../types.ts';
import { insertProperty, jsonIndent, jsonRoot, removeJsonProperty, setJsonProperty, split } from './json.ts';

/** The last one is of Deno. */
const SECTIONS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies', 'imports'] as const;
type Section = (typeof SECTIONS)[number];

export interface AddDependenciesResult {
  text: string;
  added: Dependency[];
  /** Declared already, in a version that will do. */
  kept: string[];
  /** Declared in a version that is too old: left alone, a person has to decide. */
  tooOld: { name: string; declared: string; wanted: string }[];
}

/** Oldest major that the generated code works with. */
const OLDEST_MAJOR: Record<string, number> = { jose: 5 };

/**
 * Declares dependencies in the text of a `package.json`, sorted into place the way npm does, in the file's own
 * indentation and line endings. What is declared already stays as it is.
 * @param place where, if not where npm has them
 * @throws CliError `no-project` when the text is not a JSON object
 */
export function addDependencies(
  text: string,
  dependencies: readonly Dependency[],
  place?: Section,
): AddDependenciesResult {
  const result: AddDependenciesResult = { text, added: [], kept: [], tooOld: [] };
  for (const dependency of dependencies) {
    const section: Section = place ?? (dependency.dev ? 'devDependencies' : 'dependencies');
    const declared = declaredRange(result.text, dependency.name, section);
    if (declared === undefined) {
      const range = section === 'imports' ? denoSpecifier(dependency) : dependency.range;
      result.text = insertEntry(result.text, section, { ...dependency, range });
      result.added.push(dependency);
    } else if (isTooOld(declared, dependency)) {
      result.tooOld.push({ name: dependency.name, declared, wanted: dependency.range });
    } else {
      result.kept.push(dependency.name);
    }
  }
  return result;
}

/**
 * Takes out the dependencies that one change had added, from a manifest that was edited since.
 * @returns `undefined` when it is not JSON any more
 */
export function removeDependencies(texts: { before: string; after: string; current: string }): string | undefined {
  let text: string | undefined = texts.current;
  for (const section of SECTIONS) {
    const had = entries(texts.before, section);
    for (const [name, range] of Object.entries(entries(texts.after, section))) {
      const isOurs = had[name] === undefined && entries(text, section)[name] === range;
      if (isOurs) text = removeJsonProperty(text, section, name);
      if (text === undefined) return undefined;
    }
    const isNew = !hasSection(texts.before, section) && hasSection(texts.after, section);
    if (isNew && hasSection(text, section) && Object.keys(entries(text, section)).length === 0) {
      text = removeJsonProperty(text, section);
      if (text === undefined) return undefined;
    }
  }
  return jsonRoot(text) ? text : undefined;
}

function declaredRange(text: string, name: string, section: Section): string | undefined {
  // A development dependency is missing in production, so that it does not count for the server's own code.
  const places = section === 'devDependencies' ? SECTIONS : SECTIONS.filter((place) => place !== 'devDependencies');
  return places.map((place) => entries(text, place)[name]).find((range) => range !== undefined);
}

function isTooOld(declared: string, dependency: Dependency): boolean {
  const oldest = OLDEST_MAJOR[dependency.name];
  const major = lowestMajor(declared);
  return oldest !== undefined && major !== undefined && major < oldest;
}

/** The lowest major that a range allows, `undefined` for ranges that name none (`*`, `latest`, `workspace:^`, a URL). */
export function lowestMajor(range: string): number | undefined {
  if (range.includes('://') || range.startsWith('file:') || range.startsWith('git')) return undefined;
  const version =
    range.startsWith('npm:') || range.startsWith('jsr:')
      ? range.slice(range.lastIndexOf('@') + 1)
      : range.replace(/^[a-z]+:/, '');
  const majors = version.split('||').map((part) => /\d+/.exec(part)?.[0]);
  const known = majors.filter((major) => major !== undefined).map(Number);
  return known.length > 0 && known.length === majors.length ? Math.min(...known) : undefined;
}

/** Deno has to be told where a package is. */
function denoSpecifier({ name, range }: Dependency): string {
  return range.includes(':') ? range : `npm:${name}@${range}`;
}

function insertEntry(text: string, section: Section, { name, range }: Dependency): string {
  const { json, bom } = split(text);
  const root = jsonRoot(text);
  if (!root) throw notAManifest();
  const indent = jsonIndent(text);
  const entry = `${JSON.stringify(name)}: ${JSON.stringify(range)}`;
  const node = findNodeAtLocation(root, [section]);
  if (!node) return setJsonProperty(text, section, { [name]: range });
  if (node.type !== 'object') throw notAManifest();
  const names = (node.children ?? []).map((child) => String(child.children?.[0]?.value));
  const after = names.findIndex((other) => compareNames(other, name) > 0);
  const index = after === -1 ? names.length : after;
  return bom + insertProperty(json, node, entry, index, { indent: indent + indent, closing: indent });
}

/** npm sorts with `localeCompare` in English. */
function compareNames(a: string, b: string): number {
  return a.localeCompare(b, 'en');
}

function hasSection(text: string, section: Section): boolean {
  const root = jsonRoot(text);
  return root !== undefined && findNodeAtLocation(root, [section]) !== undefined;
}

function entries(text: string, section: Section): Record<string, string> {
  const root = jsonRoot(text);
  const node = root && findNodeAtLocation(root, [section]);
  const pairs = (node?.children ?? []).map((child) => [
    String(child.children?.[0]?.value),
    String(child.children?.[1]?.value),
  ]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

function notAManifest(): CliError {
  return new CliError('no-project', 'The manifest is not a JSON object.', 'Repair it, then run again.');
}
