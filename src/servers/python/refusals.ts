import { CliError } from '../../errors.ts';
import type { PythonProject } from './project.ts';
import type { PyServer } from './servers.ts';
import type { Way } from './transports.ts';
import { keywords, positional } from './calls.ts';

const PACKAGES = ['mcp', 'fastmcp', 'fastapps'];

const SUPPORTED_SHAPE = `# add-auth looks for an MCP server that is served over HTTP, for example:
mcp = FastMCP("tasks")
mcp.run(transport="streamable-http")`;

export function notAPythonMcpProject(project: PythonProject): CliError {
  const declared = PACKAGES.find((name) => project.versionOf(name) !== undefined);
  return new CliError(
    'not-an-mcp-project',
    declared
      ? `This project depends on ${declared}, but no Python file here creates an MCP server with it.`
      : 'This project has no MCP server: no Python file in it creates one.',
    'Run add-auth in the directory of your MCP server, or name it: add-auth <dir>',
  );
}

/** Only stdio. Where one call decides that, the same call for HTTP is the way out. */
export function pythonStdioOnly(servers: PyServer[], ways: Way[]): CliError {
  const [way] = ways.filter(({ call }) => call.text.includes('run'));
  const kind = servers[0]?.kind;
  const isOneCall =
    way !== undefined && kind !== 'lowlevel' && keywords(way.call).every(([name]) => name === 'transport');
  const message =
    'This server speaks stdio only: it is started by the client on the same machine, where OAuth does not apply.';
  if (!isOneCall || positional(way.call).length > 1) {
    return new CliError(
      'stdio-only',
      message,
      'Serve it over Streamable HTTP first (streamable_http_app() of the SDK, http_app() of fastmcp), then run add-auth again.',
    );
  }
  const place = `${way.source.path}:${way.call.row + 1}`;
  const callee = way.call.child('function')?.text ?? 'mcp.run';
  const name = callee.endsWith('run_stdio_async') ? callee.replace('run_stdio_async', 'run_async') : callee;
  const isSdk = kind === 'sdk1' || kind === 'sdk2';
  const snippet = `${name.endsWith('.run_async') && isSdk ? name.replace('run_async', 'run_streamable_http_async') : name}(${
    name.endsWith('.run_async') && isSdk ? '' : `transport="${isSdk ? 'streamable-http' : 'http'}"`
  })`;
  return new CliError('stdio-only', message, `Let ${place} start it over HTTP as shown, then run add-auth again.`, {
    manual: [{ what: `In place of ${way.call.text} (${place})`, snippet }],
  });
}

export function notServedOverHttp(): CliError {
  return new CliError(
    'unsupported-shape',
    'There is an MCP server here, but no HTTP endpoint that add-auth understands, so nothing was changed.',
    'Name the file that serves it with --entry FILE, or bring the server into the shape shown.',
    { manual: [{ what: 'A shape of server that add-auth can protect', snippet: SUPPORTED_SHAPE }] },
  );
}

export function unparsable(path: string, line: number): CliError {
  return new CliError(
    'unparsable-source',
    `${path}:${line} cannot be parsed as Python.`,
    'Repair the file, then run add-auth again.',
  );
}

export function tooOld(name: string, version: string, floor: string): CliError {
  return new CliError(
    'unsupported-version',
    `${name} ${version} is too old: add-auth needs ${floor} or later.`,
    `Raise it first, for example: pip install "${name}>=${floor}"`,
  );
}
