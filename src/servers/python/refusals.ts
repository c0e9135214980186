import type { PyNode } from '../../edit/python-tree.ts';
import { CliError } from '../../errors.ts';
import type { PythonProject } from './project.ts';
import type { PyProgram } from './program.ts';
import type { PyServer } from './servers.ts';
import type { Way } from './transports.ts';
import { keywords, positional } from './calls.ts';

const PACKAGES = ['mcp', 'fastmcp', 'fastapps'];
const OTHERS = ['fastapi_mcp'];

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

/** Templates of code generators look like broken Python, too; they are no concern of a project's server. */
export function mentionsMcp(text: string): boolean {
  return ['from mcp', 'import mcp', 'fastmcp', 'fastapps'].some((name) => text.includes(name));
}

/** A server of a package that makes the endpoint by itself, from the routes of an application. */
export function otherPythonFramework(program: PyProgram): CliError | undefined {
  for (const { path, tree } of program.sources) {
    for (const node of tree.root.below()) {
      const name = node.type === 'import_from_statement' ? node.child('module_name')?.text.split('.')[0] : undefined;
      if (name === undefined || !OTHERS.includes(name)) continue;
      return new CliError(
        'unsupported-shape',
        `This server is made with ${name} (${path}:${node.row + 1}), which add-auth does not know, so nothing was changed.`,
        'Serve the tools with fastmcp, for example FastMCP.from_fastapi(app), or with the SDK, then run add-auth again.',
      );
    }
  }
  return undefined;
}

/** Only stdio. Where one call decides that, its line for HTTP is the way out. */
export function pythonStdioOnly(servers: PyServer[], ways: Way[]): CliError {
  const [way] = ways.filter(({ call }) => call.text.includes('run'));
  const message =
    'This server speaks stdio only: it is started by the client on the same machine, where OAuth does not apply.';
  const text = way && servers[0] ? overHttp(way.call, servers[0]) : undefined;
  if (!way || text === undefined) {
    return new CliError(
      'stdio-only',
      message,
      'Serve it over Streamable HTTP first (streamable_http_app() of the SDK, http_app() of fastmcp), then run add-auth again.',
    );
  }
  const { call, source } = way;
  const place = `${source.path}:${call.row + 1}`;
  const start = source.text.lastIndexOf('\n', call.start - 1) + 1;
  const end = source.text.indexOf('\n', call.end);
  const rest = source.text.slice(call.end, end < 0 ? undefined : end).trimEnd();
  const lead = source.text.slice(start, call.start);
  const snippet = [...marked('-', `${lead}${call.text}${rest}`), ...marked('+', `${lead}${text}${rest}`)].join('\n');
  return new CliError('stdio-only', message, `Change ${place} to "${text}", then run add-auth again.`, {
    manual: [{ what: `Let ${place} start it over HTTP`, snippet }],
  });
}

function marked(sign: string, text: string): string[] {
  return text.split('\n').map((line) => `${sign}${line}`);
}

/** The call as it is over HTTP, where nothing but the transport has to change. */
function overHttp(call: PyNode, { kind }: PyServer): string | undefined {
  if (kind === 'lowlevel' || kind === 'fastapps') return undefined;
  const isSdk = kind !== 'fastmcp';
  if (call.text.includes('run_stdio_async'))
    return call.text.replace('run_stdio_async', isSdk ? 'run_streamable_http_async' : 'run_http_async');
  const isPlain = keywords(call).every(([name]) => name === 'transport') && positional(call).length <= 1;
  const callee = call.child('function')?.text ?? '';
  return isPlain ? `${callee}(transport="${isSdk ? 'streamable-http' : 'http'}")` : undefined;
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
    `Raise it first, with what this project uses: ${['pip install', 'uv add', 'poetry add']
      .map((command) => `${command} "${name}>=${floor}"`)
      .join(' · ')}`,
  );
}
