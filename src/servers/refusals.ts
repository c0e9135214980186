import { CliError } from '../errors.ts';
import {
  HANDLER_PACKAGES,
  MCP_METHODS,
  MCP_PACKAGES,
  MCP_SDK,
  OTHER_SERVER_PACKAGES,
  packageOf,
} from '../project/packages.ts';
import type { ProjectSnapshot } from '../project/snapshot.ts';
import type { Transport } from '../types.ts';
import { frameworkRefusal } from './framework-refusals.ts';
import type { ModuleGraph } from './module-graph.ts';
import { sdk2Imports } from './sdk2/imports.ts';

const SUPPORTED_SHAPE = `// add-auth looks for a file in which an Express, Fastify or Hono app, a node:http server or an
// exported Request handler is seen together with the MCP transport, for example:
const app = express();
app.all('/mcp', (req, res) => transport.handleRequest(req, res, req.body));`;

/** Everything a project says about MCP in its imports. */
export interface McpImports {
  /** Subpaths of the SDK, e.g. `server/stdio.js`; those of version 2 by where version 1 has the same. */
  sdk: string[];
  /** Which versions of the SDK these are of. */
  majors: (1 | 2)[];
  /** Server packages of another shape. */
  others: string[];
  hasHono: boolean;
  /** A file that serves HTTP and names JSON-RPC methods of MCP itself. */
  ownHttp?: string;
  /** A file that reads what is typed into the process and names those methods. */
  ownStdio?: string;
}

const HTTP_SERVERS = [
  'http',
  'https',
  'http2',
  'express',
  'fastify',
  'hono',
  'koa',
  'polka',
  'restify',
  'h3',
  'elysia',
];

/** Reads the imports of all files of a snapshot. */
export function mcpImports(snapshot: ProjectSnapshot, graph: ModuleGraph): McpImports {
  const specifiers = [...snapshot.files.keys()].flatMap((path) => graph.specifiers(path));
  const packages = new Set(specifiers.flatMap((specifier) => packageOf(specifier) ?? []));
  const naming = [...snapshot.files.keys()].filter((path) => namesMethods(snapshot.files.get(path) ?? ''));
  const ownHttp = naming.find((path) =>
    graph.specifiers(path).some((s) => HTTP_SERVERS.includes(s.replace('node:', ''))),
  );
  const ownStdio = naming.find((path) => snapshot.files.get(path)?.includes('stdin'));
  const first = specifiers
    .filter((specifier) => packageOf(specifier) === MCP_SDK)
    .map((specifier) => specifier.slice(MCP_SDK.length + 1));
  const second = sdk2Imports(snapshot, graph);
  return {
    // Both in one file: a stdio server may well open a port for the redirect of some login.
    ...(ownHttp === undefined ? {} : { ownHttp }),
    ...(ownStdio === undefined ? {} : { ownStdio }),
    sdk: [...first, ...second],
    majors: [...(first.length > 0 ? [1 as const] : []), ...(second.length > 0 ? [2 as const] : [])],
    others: Object.keys(OTHER_SERVER_PACKAGES).filter((name) => packages.has(name)),
    hasHono: packages.has('@hono/mcp'),
  };
}

function namesMethods(text: string): boolean {
  return MCP_METHODS.some((method) => [`'${method}'`, `"${method}"`].some((literal) => text.includes(literal)));
}

/** Transports by their imports alone. */
export function transportsIn({ sdk, hasHono }: McpImports): Transport[] {
  const has = (word: string): boolean =>
    sdk.some((path) => path.startsWith('server/') && path.toLowerCase().includes(word));
  const transports: Transport[] = [];
  if (hasHono || has('streamablehttp')) transports.push('streamable-http');
  if (has('/sse')) transports.push('sse');
  if (has('/stdio')) transports.push('stdio');
  return transports;
}

/** The project has no MCP server in TypeScript or JavaScript. */
export function notAnMcpProject(snapshot: ProjectSnapshot): CliError {
  const declared = MCP_PACKAGES.find((name) => name in snapshot.manifest.allDependencies);
  const message = declared
    ? `${snapshot.manifest.path} lists ${declared}, but no source file here imports it.`
    : 'This project has no MCP server: nothing in it imports an MCP package.';
  return new CliError(
    'not-an-mcp-project',
    message,
    'Run add-auth in the directory of your MCP server, or name it: add-auth <dir>',
  );
}

/**
 * Why a project without any HTTP server that an adapter recognises is left alone.
 * @param imports with `isByHand`: the project tells the methods of MCP apart in code of its own; with `isDeno`: what would
 *   be written beside stdio is for Node.js
 * @returns the most telling reason: another framework, a client only, stdio only, or a shape that is not understood
 */
export function whyNotRecognised(imports: McpImports & { isByHand?: boolean; isDeno?: boolean }): CliError {
  const [other] = imports.others;
  const transports = transportsIn(imports);
  const isHandler = HANDLER_PACKAGES.includes(other ?? '');
  const hasHttp = isHandler || transports.some((transport) => transport !== 'stdio');
  if (other && !hasHttp) {
    const known = frameworkRefusal(other);
    if (known) return known;
    return new CliError(
      'unsupported-shape',
      `This server is built on ${OTHER_SERVER_PACKAGES[other]}, which this version of add-auth does not rewrite yet.`,
      'Use the auth support of that framework for now, or wait for a version of add-auth that knows it.',
    );
  }
  if (hasHttp) {
    return new CliError(
      'unsupported-shape',
      'An MCP transport for HTTP is used, but not in a way that add-auth understands, so nothing was changed.',
      'Name the file with --entry FILE, or bring the server into one of the shapes shown.',
      { manual: [{ what: 'A shape of server that add-auth can protect', snippet: SUPPORTED_SHAPE }] },
    );
  }
  if (imports.ownHttp !== undefined) {
    return new CliError(
      'unsupported-shape',
      `${imports.ownHttp} answers MCP over HTTP with code of its own instead of the SDK's transport, and not in a way that add-auth understands.`,
      'Tell the methods apart in one `switch` (or chain of `if`) that a route leads to, or serve it with StreamableHTTPServerTransport of the MCP SDK, then run add-auth again.',
    );
  }
  if (transports.includes('stdio') || (imports.isByHand === true && imports.ownStdio !== undefined)) {
    return new CliError(
      'stdio-only',
      'This server speaks stdio only: it is started by the client on the same machine, where OAuth does not apply.',
      transports.includes('stdio') && imports.isDeno !== true
        ? 'Run add-auth again with --add-http: it adds Streamable HTTP beside stdio and protects that.'
        : 'Add a Streamable HTTP endpoint first, then run add-auth again.',
    );
  }
  if (imports.isByHand === true || imports.sdk.some((path) => path.startsWith('server'))) {
    return new CliError(
      'unsupported-shape',
      'There is an MCP server here, but no HTTP endpoint that it is reached by.',
      'Name the file that serves it with --entry FILE, or run add-auth in the package that does.',
      { manual: [{ what: 'A shape of server that add-auth can protect', snippet: SUPPORTED_SHAPE }] },
    );
  }
  return new CliError(
    'not-an-mcp-project',
    'This project uses the MCP SDK, but it has no MCP server (a client needs no login of its own).',
    'Run add-auth in the directory of your MCP server, or name it: add-auth <dir>',
  );
}
