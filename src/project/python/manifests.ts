import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseRequirement, normalName } from '../../edit/python-requirement.ts';
import { parsedLines, requirementFiles } from '../../edit/python-requirements-file.ts';
import { scriptBlock } from '../../edit/python-script-block.ts';
import { readToml } from '../../edit/toml.ts';
import { isRecord } from '../../is-record.ts';

/** A package that a manifest asks for; `range` is `''` when every version will do. */
export interface Declaration {
  name: string;
  range: string;
}

/** What a Python manifest says of the project. */
export interface PythonManifest {
  name?: string;
  /** Range of Python versions. */
  python?: string;
  declarations: Declaration[];
}

/** Reads a file of a project, `undefined` when it is not there. */
export type Read = (path: string) => string | undefined;

/** Reads files below a directory as UTF-8, without a byte order mark. */
export function readerOf(root: string): Read {
  return (path) => {
    try {
      return readFileSync(join(root, path), 'utf8').replace(/^\uFEFF/, '');
    } catch {
      return undefined;
    }
  };
}

/** Reads any file that can name dependencies, whatever state it is in: what cannot be understood says nothing. */
export function readManifest(path: string, read: Read): PythonManifest {
  const text = read(path) ?? '';
  const name = posix.basename(path);
  if (name === 'pyproject.toml') return ofPyproject(readToml(text) ?? {});
  if (name === 'Pipfile') return ofPipfile(readToml(text) ?? {});
  if (name === 'setup.cfg') return ofSetupCfg(text);
  if (name === 'setup.py') return { declarations: [] };
  if (path.endsWith('.py')) return ofScript(text);
  return { declarations: ofRequirements(path, read) };
}

function ofPyproject(data: Record<string, unknown>): PythonManifest {
  const project = at(data, 'project');
  const poetry = at(data, 'tool', 'poetry');
  const lists = [
    project['dependencies'],
    ...Object.values(at(project, 'optional-dependencies')),
    ...Object.values(at(data, 'dependency-groups')),
    at(data, 'tool', 'uv')['dev-dependencies'],
    ...Object.values(at(data, 'tool', 'pdm', 'dev-dependencies')),
  ];
  const groups = Object.values(at(poetry, 'group')).map((group) => at(group, 'dependencies'));
  const tables = [at(poetry, 'dependencies'), at(poetry, 'dev-dependencies'), ...groups];
  const name = text(project['name']) ?? text(poetry['name']);
  const python = text(project['requires-python']) ?? rangeOf(at(poetry, 'dependencies')['python']);
  return {
    ...(name === undefined ? {} : { name }),
    ...(python === undefined ? {} : { python }),
    declarations: [...lists.flatMap(ofList), ...tables.flatMap(ofTable)],
  };
}

function ofPipfile(data: Record<string, unknown>): PythonManifest {
  const requires = at(data, 'requires');
  const python = text(requires['python_version']) ?? text(requires['python_full_version']);
  return {
    ...(python === undefined ? {} : { python: `==${python}` }),
    declarations: [...ofTable(at(data, 'packages')), ...ofTable(at(data, 'dev-packages'))],
  };
}

function ofScript(source: string): PythonManifest {
  const data = readToml(scriptBlock(source)?.toml ?? '') ?? {};
  const python = text(data['requires-python']);
  return { ...(python === undefined ? {} : { python }), declarations: ofList(data['dependencies']) };
}

/** `install_requires` and `extras_require` are indented lists; every line that reads like a requirement counts. */
function ofSetupCfg(source: string): PythonManifest {
  const lines = source.split('\n').map((line) => line.replace(/\r$/, ''));
  const value = (key: string): string | undefined => {
    const line = lines.find((each) => each.split('=')[0]?.trim() === key);
    const found = line?.slice(line.indexOf('=') + 1).trim();
    return found === '' ? undefined : found;
  };
  const [name, python] = [value('name'), value('python_requires')];
  return {
    ...(name === undefined ? {} : { name }),
    ...(python === undefined ? {} : { python }),
    declarations: ofList(lines.filter((line) => line.startsWith(' ') || line.startsWith('\t'))),
  };
}

function ofRequirements(path: string, read: Read): Declaration[] {
  return requirementFiles(path, read).flatMap((file) =>
    parsedLines(read(file) ?? '').flatMap(({ parsed }) => (parsed ? [{ name: parsed.name, range: parsed.range }] : [])),
  );
}

function ofList(value: unknown): Declaration[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each) => {
    const found = typeof each === 'string' ? parseRequirement(each) : undefined;
    return found ? [{ name: found.name, range: found.range }] : [];
  });
}

function ofTable(table: Record<string, unknown>): Declaration[] {
  return Object.entries(table)
    .filter(([name]) => name !== 'python')
    .map(([name, value]) => ({ name: normalName(name), range: (rangeOf(value) ?? '').replace(/^\*$/, '') }));
}

function rangeOf(value: unknown): string | undefined {
  return text(value) ?? (isRecord(value) ? text(value['version']) : undefined);
}

function at(value: unknown, ...keys: string[]): Record<string, unknown> {
  const found = keys.reduce<unknown>((each, key) => (isRecord(each) ? each[key] : undefined), value);
  return isRecord(found) ? found : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
