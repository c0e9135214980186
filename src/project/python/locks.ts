import { normalName } from '../../edit/python-requirement.ts';
import { compareVersions } from '../../edit/python-version.ts';
import { isRecord } from '../../is-record.ts';
import { parseJsonObject } from '../manifest.ts';

/** Lock files by the tool that writes them. */
export const PYTHON_LOCKS = { uv: 'uv.lock', poetry: 'poetry.lock', pdm: 'pdm.lock', pipenv: 'Pipfile.lock' } as const;

/**
 * The versions in a lock file, by normalised name; where it holds several of a package (one for each Python), the newest
 * comes first. They are written by programs, so that their lines tell without a parser of TOML, which would take seconds.
 */
export function lockedVersions(file: string, text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (name: string, version: string): void => {
    const key = normalName(name);
    found.set(key, [...(found.get(key) ?? []), version]);
  };
  if (file.endsWith('.json') || file === PYTHON_LOCKS.pipenv) readPipfileLock(text, add);
  else readPackages(text, add);
  for (const versions of found.values()) versions.sort((a, b) => compareVersions(b, a));
  return found;
}

/** `[[package]]` of uv, Poetry and PDM, `[[packages]]` of `pylock.toml`, each with a name and a version. */
function readPackages(text: string, add: (name: string, version: string) => void): void {
  let name: string | undefined;
  let isPackage = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('[')) {
      isPackage = line.startsWith('[[package]]') || line.startsWith('[[packages]]');
      name = undefined;
    } else if (isPackage && line.startsWith('name = ')) {
      name = quoted(line);
    } else if (isPackage && name !== undefined && line.startsWith('version = ')) {
      add(name, quoted(line));
    }
  }
}

function quoted(line: string): string {
  return line
    .slice(line.indexOf('=') + 1)
    .trim()
    .replace(/^["']|["']$/g, '');
}

function readPipfileLock(text: string, add: (name: string, version: string) => void): void {
  const json = parseJsonObject(text) ?? {};
  for (const section of ['default', 'develop']) {
    const packages = isRecord(json[section]) ? json[section] : {};
    for (const [name, entry] of Object.entries(packages)) {
      const version = isRecord(entry) ? entry['version'] : undefined;
      if (typeof version === 'string') add(name, version.replace(/^===?/, ''));
    }
  }
}
