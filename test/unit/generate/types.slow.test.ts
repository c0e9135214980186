import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderAuthCode, type Host } from '../../../src/generate/index.ts';

/** How a project uses what it is given; `@` stands for the extension of its imports. */
const USES: Record<string, string> = {
  express: `
    import express from 'express';
    import { mcpHosts, protectMcp } from './auth/express@';
    import { requireUser } from './auth/user@';
    import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
    import { Server } from '@modelcontextprotocol/sdk/server/index.js';
    import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
    import { announceScopes } from './auth/announce@';
    const app = express();
    protectMcp(app, ['/mcp']);
    export const made: McpServer = announceScopes(new McpServer({ name: 'x', version: '1' }));
    export const low: Server = announceScopes(new Server({ name: 'x', version: '1' }));
    export const hosts: string[] = mcpHosts();
    export const subject = (extra: RequestHandlerExtra<never, never>): string => requireUser(extra).subject;`,
  'node-http': `
    import { createServer } from 'node:http';
    import { createServer as createSecureServer } from 'node:https';
    import { protectMcp } from './auth/node-http@';
    createServer(protectMcp(async (req, res) => void res.end(req.url), { open: ['/health'] }));
    createSecureServer(protectMcp((req, res) => { res.end(req.url); }));`,
  fastify: `
    import Fastify, { fastify, type FastifyInstance } from 'fastify';
    import { protectMcp } from './auth/fastify@';
    protectMcp(Fastify({ logger: true }), ['/mcp']);
    protectMcp(fastify({ http2: true }) as unknown as FastifyInstance, ['/mcp']);`,
  sdk2: `
    import { createMcpHandler, McpServer, Server, WebStandardStreamableHTTPServerTransport, type ServerContext } from '@modelcontextprotocol/server';
    import { createMcpHonoApp } from '@modelcontextprotocol/hono';
    import { announceScopes } from './auth/announce@';
    import { authOf, mcpHosts, protectMcp } from './auth/hono@';
    import { requireUser } from './auth/user@';
    const app = createMcpHonoApp({ allowedHosts: mcpHosts() });
    protectMcp(app, ['/mcp']);
    const handler = createMcpHandler(() => announceScopes(new McpServer({ name: 'x', version: '1' })));
    announceScopes(new Server({ name: 'x', version: '1' }));
    const transport = new WebStandardStreamableHTTPServerTransport();
    app.all('/mcp', (c) => handler.fetch(c.req.raw, { parsedBody: {}, ...authOf(c.req.raw) }));
    app.all('/old', (c) => transport.handleRequest(c.req.raw, authOf(c.req.raw)));
    export const subject = (ctx: ServerContext): string => requireUser(ctx).subject;`,
  hono: `
    import { Hono } from 'hono';
    import { authOf, protectMcp } from './auth/hono@';
    import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
    const app = new Hono();
    protectMcp(app, ['/mcp']);
    protectMcp(new Hono<{ Bindings: { KEY: string }; Variables: { user: string } }>().basePath('/api'), ['/mcp']);
    const transport = new WebStandardStreamableHTTPServerTransport();
    app.all('/mcp', (c) => transport.handleRequest(c.req.raw, authOf(c.req.raw)));
    app.all('/mcp', (c) => transport.handleRequest(c.req.raw, { parsedBody: {}, ...authOf(c.req.raw) }));`,
  fetch: `
    import { authOf, metadata, optionsMcp, protectMcp } from './auth/fetch@';
    class NextRequest extends Request { nextUrl = new URL('http://x'); }
    export const POST = protectMcp((request: NextRequest, context: { params: Promise<{ id: string }> }) => Response.json([request.nextUrl, context, authOf(request)]));
    export const GET: (request: NextRequest) => Promise<Response> = protectMcp(async () => new Response());
    export const server = { port: 1, fetch: protectMcp(async (request: Request) => new Response(request.body), { open: ['/x'] }) };
    export { metadata, optionsMcp as OPTIONS };`,
};

const STRICTEST: ts.CompilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitReturns: true,
  noImplicitOverride: true,
  noFallthroughCasesInSwitch: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
};

const PROJECTS: [string, '.js' | '.ts' | '', ts.CompilerOptions][] = [
  [
    'strictest, NodeNext',
    '.js',
    { ...STRICTEST, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  ],
  [
    'strictest, .ts imports, newest library',
    '.ts',
    {
      ...STRICTEST,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      allowImportingTsExtensions: true,
      lib: ['lib.esnext.d.ts'],
    },
  ],
  [
    'strict, bundler, with DOM',
    '',
    {
      strict: true,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    },
  ],
  [
    'not strict, CommonJS, older library',
    '',
    {
      strict: false,
      module: ts.ModuleKind.CommonJS,
      moduleResolution: ts.ModuleResolutionKind.Node10,
      esModuleInterop: true,
      lib: ['lib.es2021.d.ts'],
    },
  ],
  [
    'not strict but for implicit any',
    '',
    {
      noImplicitAny: true,
      module: ts.ModuleKind.CommonJS,
      moduleResolution: ts.ModuleResolutionKind.Node10,
      esModuleInterop: true,
      lib: ['lib.es2021.d.ts'],
    },
  ],
  [
    'strict, CommonJS, oldest target',
    '',
    {
      strict: true,
      target: ts.ScriptTarget.ES2015,
      module: ts.ModuleKind.CommonJS,
      moduleResolution: ts.ModuleResolutionKind.Node10,
      esModuleInterop: true,
      lib: ['lib.es2021.d.ts'],
    },
  ],
];

const root = path.resolve(import.meta.dirname, '../../..');
let directory: string;
beforeAll(() => {
  mkdirSync(path.join(root, '.tmp'), { recursive: true });
  directory = mkdtempSync(path.join(root, '.tmp', 'types-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('the generated TypeScript compiles in a project that is', () => {
  it.each(PROJECTS)('%s', (name, importExtension, options) => {
    const at = path.join(directory, name.replace(/\W+/g, '-'));
    mkdirSync(path.join(at, 'auth'), { recursive: true });
    writeFileSync(
      path.join(at, 'package.json'),
      JSON.stringify({ type: options.module === ts.ModuleKind.CommonJS ? 'commonjs' : 'module' }),
    );
    // Version 2 of the SDK has its types in `exports`, which the oldest resolution does not read.
    const isOld = options.moduleResolution === ts.ModuleResolutionKind.Node10;
    const uses = Object.entries(USES).filter(([use]) => use !== 'sdk2' || !isOld);
    const entries = uses.map(([host, text]) => {
      for (const file of filesFor(host === 'sdk2' ? 'hono' : (host as Host), importExtension))
        writeFileSync(path.join(at, 'auth', file.name), file.content);
      const entry = path.join(at, `use-${host}.ts`);
      writeFileSync(entry, text.replaceAll("@'", `${importExtension}'`));
      return entry;
    });
    const program = ts.createProgram(entries, {
      target: ts.ScriptTarget.ES2021,
      skipLibCheck: true,
      noEmit: true,
      types: ['node'],
      typeRoots: [path.join(root, 'node_modules/@types')],
      ...options,
    });
    const problems = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
      const where =
        file && start !== undefined
          ? `${path.basename(file.fileName)}:${file.getLineAndCharacterOfPosition(start).line + 1}`
          : '';
      return `${where} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
    expect(problems).toEqual([]);
  });
});

function filesFor(host: Host, importExtension: '.js' | '.ts' | '') {
  return renderAuthCode({
    host,
    language: 'typescript',
    module: { format: 'esm', importExtension },
    environment: 'standard',
    scopes: { toolScopes: { 'search-tasks': ['read:tasks'] }, publicTools: [], baseScopes: ['read:tasks'] },
    modules: ['announce'],
  });
}
