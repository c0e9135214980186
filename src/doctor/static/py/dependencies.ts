import semver from 'semver';
import { readToml } from '../../../edit/toml.ts';
import { isRecord } from '../../../is-record.ts';
import type { Place } from '../report.ts';

export interface Dependencies {
  /** The version that a lock file or an exact pin names; of an upper bound the newest below it is not known. */
  versionOf(name: string): string | undefined;
  placeOf(name: string): Place;
  tool: 'uv' | 'poetry' | 'pip';
}

/** Versions of Python packages: `uv.lock` and `poetry.lock`, else exact pins of `requirements*.txt` and `pyproject.toml`. */
export function readDependencies(paths: readonly string[], read: (path: string) => string | undefined): Dependencies {
  const lock = paths.find((path) => path === 'uv.lock' || path === 'poetry.lock');
  const locked = lock === undefined ? new Map<string, string>() : lockedVersions(read(lock) ?? '');
  const pins = new Map<string, { version: string; place: Place }>();
  for (const path of paths) {
    const isList = path.endsWith('.txt') && path.includes('requirements');
    const isProject = path === 'pyproject.toml';
    if (isList || isProject) collectPins(path, read(path) ?? '', pins);
  }
  return {
    tool: lock === 'uv.lock' ? 'uv' : lock === 'poetry.lock' ? 'poetry' : 'pip',
    versionOf: (name) => locked.get(name) ?? pins.get(name)?.version,
    placeOf: (name) => pins.get(name)?.place ?? { file: lock ?? 'pyproject.toml', line: 1 },
  };
}

function lockedVersions(text: string): Map<string, string> {
  const packages = readToml(text)?.['package'];
  const found = new Map<string, string>();
  for (const each of Array.isArray(packages) ? (packages as unknown[]) : []) {
    if (isRecord(each) && typeof each['name'] === 'string' && typeof each['version'] === 'string')
      found.set(normal(each['name']), each['version']);
  }
  return found;
}

/** Requirements like `mcp[cli]==1.9.0`: one in a line, or in the lists of a `pyproject.toml`. */
function collectPins(path: string, text: string, pins: Map<string, { version: string; place: Place }>): void {
  const lines = text.split('\n');
  for (const line of path.endsWith('.toml') ? tomlRequirements(text) : lines) {
    const [requirement = ''] = line.split(/[;#]/);
    const at = requirement.search(/[=<>!~[ ]/);
    const name = normal(at < 0 ? requirement : requirement.slice(0, at));
    const version = exact(requirement) ?? belowBound(requirement);
    const index = Math.max(
      0,
      lines.findIndex((each) => each.includes(line.trim())),
    );
    if (name !== '' && version !== undefined && !pins.has(name))
      pins.set(name, { version, place: { file: path, line: index + 1 } });
  }
}

/** PEP 621 lists, dependency groups (PEP 735), and the table of Poetry. */
function tomlRequirements(text: string): string[] {
  const data = readToml(text) ?? {};
  const project = isRecord(data['project']) ? data['project'] : {};
  const poetry =
    isRecord(data['tool']) && isRecord(data['tool']['poetry']) ? data['tool']['poetry']['dependencies'] : undefined;
  const lists = [
    project['dependencies'],
    ...valuesOf(project['optional-dependencies']),
    ...valuesOf(data['dependency-groups']),
  ];
  const listed = lists
    .flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))
    .filter((each) => typeof each === 'string');
  const table = isRecord(poetry)
    ? Object.entries(poetry).flatMap(([name, range]) =>
        typeof range === 'string' && /^\d/.test(range) ? [`${name}==${range}`] : [],
      )
    : [];
  return [...listed, ...table];
}

const valuesOf = (value: unknown): unknown[] => (isRecord(value) ? Object.values(value) : []);

function exact(requirement: string): string | undefined {
  const at = requirement.indexOf('==');
  const version =
    at < 0
      ? undefined
      : requirement
          .slice(at + 2)
          .replace(/^=/, '')
          .split(',')[0]
          ?.trim();
  return version !== undefined && semver.coerce(version) && !version.includes('*') ? version : undefined;
}

/** `mcp<1.10`: nothing newer can be installed. */
function belowBound(requirement: string): string | undefined {
  const bound = requirement
    .split(',')
    .flatMap((part) =>
      part.includes('<') && !part.includes('<=') ? [part.slice(part.indexOf('<') + 1).trim()] : [],
    )[0];
  const limit = bound === undefined ? null : semver.coerce(bound);
  if (!limit) return undefined;
  const { major, minor, patch } = limit;
  if (patch > 0) return `${major}.${minor}.${patch - 1}`;
  return minor > 0 ? `${major}.${minor - 1}.999` : `${major - 1}.999.999`;
}

const normal = (name: string): string => name.trim().toLowerCase().replaceAll('_', '-');
