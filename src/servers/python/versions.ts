import semver from 'semver';
import { CliError } from '../../errors.ts';
import { keywords } from './calls.ts';
import type { PythonProject } from './project.ts';
import { tooOld } from './refusals.ts';
import type { PyServer, ServerKind } from './servers.ts';
import type { PythonStack } from './stack.ts';

/** The oldest versions that the generated package was run on. */
const FLOORS: Record<string, string> = { mcp: '1.13.0', fastmcp: '2.13.0' };
/** Arguments of the constructor that fastmcp 3 refuses. */
const FASTMCP2_ARGUMENTS = [
  'host',
  'port',
  'sse_path',
  'message_path',
  'streamable_http_path',
  'json_response',
  'stateless_http',
  'debug',
  'log_level',
];

/** The package that brings the server's class, with its version as far as it is known. */
export function packageOf({ kind }: PyServer, project: PythonProject): { name: string; version: string } {
  const name = kind === 'fastmcp' ? 'fastmcp' : kind === 'fastapps' ? 'fastapps' : 'mcp';
  const version = project.versionOf(name) ?? (name === 'fastmcp' ? project.versionOf('fastmcp-slim') : undefined);
  return { name, version: version ?? '' };
}

/**
 * The generation that the code is written for. The code decides where it can tell, the version where it cannot.
 * @throws CliError `unsupported-version`
 */
export function stackOf(server: PyServer, project: PythonProject): PythonStack {
  const { name, version } = packageOf(server, project);
  const exact = exactVersion(version);
  const floor = FLOORS[name];
  if (exact && floor !== undefined && semver.lt(exact, floor)) throw tooOld(name, exact, floor);
  const major = exact === undefined ? semver.coerce(version)?.major : semver.major(exact);
  switch (server.kind) {
    case 'fastapps':
      return 'fastapps';
    case 'sdk2':
      return 'mcp2';
    case 'sdk1':
      if (exact && major !== undefined && major >= 2) throw renamed(exact);
      return 'mcp1';
    case 'lowlevel':
      return keywords(server.call).some(([each]) => each.startsWith('on_')) || (major ?? 1) >= 2 ? 'mcp2' : 'mcp1';
    case 'fastmcp':
      if (major === undefined && keywords(server.call).some(([each]) => FASTMCP2_ARGUMENTS.includes(each)))
        return 'fastmcp2';
      return major === undefined || major >= 4 ? 'fastmcp4' : major === 3 ? 'fastmcp3' : 'fastmcp2';
  }
}

/**
 * Which of two classes it is where one is imported and, where that fails, the other: `except ImportError:`.
 * @param kinds in the order of the source
 */
export function presentKind(kinds: ServerKind[], project: PythonProject): ServerKind | undefined {
  const isNamed = (name: string): boolean => project.versionOf(name) !== undefined;
  const mcp = semver.coerce(project.versionOf('mcp') ?? '')?.major;
  const isPresent: Record<ServerKind, boolean> = {
    sdk1: mcp === undefined || mcp < 2,
    sdk2: mcp === undefined || mcp >= 2,
    lowlevel: true,
    fastmcp: mcp === undefined || isNamed('fastmcp') || isNamed('fastmcp-slim'),
    fastapps: true,
  };
  return kinds.find((kind) => isPresent[kind]) ?? kinds[0];
}

/** The code of generation 1 does not start with an SDK of generation 2. */
function renamed(version: string): CliError {
  return new CliError(
    'unsupported-version',
    `The code is written for mcp 1.x (mcp.server.fastmcp), but mcp ${version} is what the project has, which lacks that module.`,
    'Pin the version that the code needs ("mcp>=1.27.2,<2"), or move the code to mcp.server.MCPServer, then run add-auth again.',
  );
}

/** `2.3.0`, `==2.3.0`; a range names no version. */
function exactVersion(version: string): string | undefined {
  const bare = version.startsWith('==') ? version.slice(2).trim() : version;
  const isNumber = bare !== '' && '0123456789'.includes(bare[0] ?? '') && !bare.includes(',');
  return isNumber ? (semver.valid(bare) ?? semver.coerce(bare)?.version) : undefined;
}
