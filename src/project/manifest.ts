import { parse, type ParseError } from 'jsonc-parser';
import { CliError } from '../errors.ts';
import { isRecord } from '../is-record.ts';
import type { Manifest } from './snapshot.ts';

/**
 * Reads a `package.json`. Lenient as package managers are not, but people's files are: a byte order mark, comments and
 * trailing commas are accepted.
 * @throws CliError `no-project` when the text is no JSON object
 */
export function parseManifest(path: string, text: string): Manifest {
  const json = parseJsonObject(text);
  if (!json) {
    throw new CliError('no-project', `${path} is not a JSON object.`, 'Repair the file, then run add-auth again.');
  }
  const dependencies = strings(json['dependencies']);
  return {
    path,
    text,
    type: json['type'] === 'module' ? 'module' : 'commonjs',
    scripts: strings(json['scripts']),
    dependencies,
    allDependencies: { ...strings(json['peerDependencies']), ...strings(json['devDependencies']), ...dependencies },
    bin: typeof json['bin'] === 'string' ? [json['bin']] : Object.values(strings(json['bin'])),
    ...(typeof json['name'] === 'string' ? { name: json['name'] } : {}),
    ...(typeof json['main'] === 'string' ? { main: json['main'] } : {}),
  };
}

/** JSON with comments, trailing commas and a byte order mark allowed; `undefined` when it is no object at all. */
export function parseJsonObject(text: string): Record<string, unknown> | undefined {
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\uFEFF/, ''), errors, { allowTrailingComma: true });
  return isRecord(value) ? value : undefined;
}

/** Globs of a workspace root: `workspaces: [...]` or `workspaces: { packages: [...] }`. */
export function workspaceGlobs(json: Record<string, unknown>): string[] {
  const value = json['workspaces'];
  const list = isRecord(value) ? value['packages'] : value;
  return Array.isArray(list) ? list.filter((glob): glob is string => typeof glob === 'string') : [];
}

function strings(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
