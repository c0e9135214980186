import { isRecord } from '../is-record.ts';
import { parseJsonObject } from './manifest.ts';
import { packageOf } from './packages.ts';

/**
 * Looks up which version of a package a lock file holds.
 * @param file name of the lock file: decides how `text` is read
 * @param name the package
 * @param range what `package.json` asks for, to tell several locked versions apart
 * @param importer directory of the project relative to the lock file, `.` for the same
 */
export function lockedVersion(
  file: string,
  text: string,
  name: string,
  range: string | undefined,
  importer: string,
): string | undefined {
  switch (file) {
    case 'package-lock.json':
    case 'npm-shrinkwrap.json':
      return fromNpm(text, name, importer);
    case 'pnpm-lock.yaml':
      return fromPnpm(text, name, importer);
    case 'yarn.lock':
      return fromYarn(text, name, range);
    case 'bun.lock':
      return fromBun(text, name);
    case 'deno.lock':
      return fromDeno(text, name);
    default:
      return undefined;
  }
}

function fromNpm(text: string, name: string, importer: string): string | undefined {
  const json = parseJsonObject(text);
  const packages = isRecord(json?.['packages']) ? json['packages'] : {};
  const own = importer === '.' ? undefined : packages[`${importer}/node_modules/${name}`];
  const found =
    own ??
    packages[`node_modules/${name}`] ??
    (isRecord(json?.['dependencies']) ? json['dependencies'][name] : undefined);
  return isRecord(found) && typeof found['version'] === 'string' ? found['version'] : undefined;
}

/** pnpm writes `importers` -> directory -> kind of dependency -> name -> `version: 1.2.3(peer@1)`, two spaces a level. */
function fromPnpm(text: string, name: string, importer: string): string | undefined {
  let at: 'outside' | 'importers' | 'importer' | 'package' = 'outside';
  for (const line of text.split('\n')) {
    const depth = line.length - line.trimStart().length;
    const key = unquote(line.trim().replace(/:$/, ''));
    if (depth === 0 && line !== '') at = key === 'importers' ? 'importers' : 'outside';
    else if (depth === 2 && at !== 'outside') at = key === importer ? 'importer' : 'importers';
    else if (depth === 6 && (at === 'importer' || at === 'package')) at = key === name ? 'package' : 'importer';
    else if (depth === 8 && at === 'package' && line.trim().startsWith('version:')) {
      return unquote(line.trim().slice('version:'.length).trim()).split('(')[0];
    }
  }
  return undefined;
}

/** yarn (classic and berry) writes a header of `name@range` descriptors, then the indented version. */
function fromYarn(text: string, name: string, range: string | undefined): string | undefined {
  let matching = false;
  let first: string | undefined;
  let exact = false;
  for (const line of text.split('\n')) {
    if (line !== '' && !line.startsWith(' ')) {
      const descriptors = line
        .replace(/:\s*$/, '')
        .split(',')
        .map((part) => unquote(part.trim()));
      matching = descriptors.some((descriptor) => descriptor.startsWith(`${name}@`));
      exact = range !== undefined && descriptors.some((d) => d === `${name}@${range}` || d === `${name}@npm:${range}`);
    } else if (matching && line.trimStart().startsWith('version')) {
      const version = unquote(line.trim().slice('version'.length).replace(/^:/, '').trim());
      if (exact) return version;
      first ??= version;
      matching = false;
    }
  }
  return first;
}

/** `"packages": { "name": ["name@1.2.3", …] }` */
function fromBun(text: string, name: string): string | undefined {
  const packages = parseJsonObject(text)?.['packages'];
  const entry: unknown = isRecord(packages) ? packages[name] : undefined;
  const id: unknown = Array.isArray(entry) ? entry[0] : undefined;
  return typeof id === 'string' ? id.slice(id.lastIndexOf('@') + 1) : undefined;
}

/** `"specifiers": { "npm:name@^1": "1.2.3_peer@1" }`, in older files one level deeper */
function fromDeno(text: string, name: string): string | undefined {
  const json = parseJsonObject(text);
  const packages = isRecord(json?.['packages']) ? json['packages'] : json;
  const specifiers = isRecord(packages?.['specifiers']) ? packages['specifiers'] : {};
  const found = Object.entries(specifiers).find(([specifier]) => packageOf(specifier) === name)?.[1];
  if (typeof found !== 'string') return undefined;
  const version = found.split('_')[0] ?? '';
  return version.slice(version.lastIndexOf('@') + 1);
}

function unquote(text: string): string {
  const quoted = text.length > 1 && (text.startsWith('"') || text.startsWith("'")) && text.endsWith(text[0] ?? '');
  return quoted ? text.slice(1, -1) : text;
}
