import { posix } from 'node:path';
import type { Report } from '../report.ts';
import type { Deployment } from '../types.ts';
import { checkVersions } from '../versions/check.ts';
import { checkChallenge } from './challenge.ts';
import { readDependencies } from './dependencies.ts';
import { collectEnvironment } from './env.ts';
import { checkHostGuard, checkProxy, checkSessions } from './hosts.ts';
import { checkCors, checkMiddleware } from './middleware.ts';
import { anywhere, names, place, readModule, says, allCalls, type PyCode, type PyFile } from './module.ts';
import { checkMounts } from './mounts.ts';
import { below, forget, pythonParser } from './parser.ts';
import { checkSettings } from './settings.ts';
import { checkVerification } from './verify.ts';

interface Given {
  report: Report;
  deployment: Deployment;
  resource: string | undefined;
  env(name: string): string | undefined;
  paths: readonly string[];
  read(path: string): string | undefined;
}

const MCP = ['mcp', 'fastmcp', 'fastapps', 'mcpauth', 'fastapi_mcp'];
const MAX_FILES = 150;
const MAX_CHARACTERS = 500_000;
const RULES = [
  checkSettings,
  checkVerification,
  checkChallenge,
  checkMounts,
  checkMiddleware,
  checkCors,
  checkHostGuard,
  checkSessions,
  checkProxy,
  collectEnvironment,
];

/** Reads a Python project; what is found goes into the report. @returns whether there is an MCP server in it */
export async function inspectPython(given: Given): Promise<boolean> {
  const { report, deployment, env, paths, read } = given;
  const candidates = paths.filter((path) => path.endsWith('.py') && !isTest(path));
  if (!candidates.some((path) => MCP.some((word) => read(path)?.includes(word)))) return false;
  const parser = await pythonParser();
  const trees: { delete(): void }[] = [];
  const parse = (path: string): PyFile | undefined => {
    const text = read(path);
    const tree = text === undefined || text.length > MAX_CHARACTERS ? null : parser.parse(text);
    if (!tree || text === undefined) return undefined;
    trees.push(tree);
    return readModule(path, text, tree.rootNode);
  };
  try {
    const files = relevantFiles(candidates, read, parse);
    if (files.length === 0) return false;
    const dependencies = readDependencies(paths, read);
    const code: PyCode = {
      files,
      report,
      deployment,
      env,
      versionOf: dependencies.versionOf,
      readText: read,
      resource: given.resource ?? writtenResource(files),
      definitions: definitionsOf(files),
    };
    for (const rule of RULES) rule(code);
    checkGateThere(code);
    report.saw(
      'src.versions',
      'The versions of the MCP packages were compared with what the source needs and with known holes.',
    );
    checkVersions(report, {
      ecosystem: 'pypi',
      versionOf: dependencies.versionOf,
      placeOf: dependencies.placeOf,
      uses: (name) => anywhere(code, (root) => names(root, [name])),
      raise: (name, to) =>
        ({ uv: `uv add "${name}>=${to}"`, poetry: `poetry add "${name}>=${to}"`, pip: `pip install "${name}>=${to}"` })[
          dependencies.tool
        ],
    });
    return true;
  } finally {
    forget();
    for (const tree of trees) tree.delete();
  }
}

const isTest = (path: string): boolean => {
  const name = posix.basename(path);
  return (
    name.startsWith('test_') ||
    name.endsWith('_test.py') ||
    name === 'conftest.py' ||
    path.split('/').some((part) => ['venv', '.venv', 'site-packages', 'node_modules'].includes(part))
  );
};

/** Files that import an MCP package, those that import these, and what all of them import. */
function relevantFiles(
  paths: string[],
  read: (path: string) => string | undefined,
  parse: (path: string) => PyFile | undefined,
): PyFile[] {
  const parsed = new Map<string, PyFile | undefined>();
  const fileOf = (path: string): PyFile | undefined => {
    if (!parsed.has(path)) parsed.set(path, parse(path));
    return parsed.get(path);
  };
  const isMcp = (file: PyFile): boolean =>
    [...file.imports.values()].some((name) => MCP.includes(name.split('.')[0] ?? ''));
  const seeds = paths
    .filter((path) => MCP.some((word) => read(path)?.includes(word)))
    .slice(0, MAX_FILES)
    .flatMap((path) => fileOf(path) ?? [])
    .filter(isMcp);
  const kept = new Set(seeds);
  const stems = seeds.map(({ path }) =>
    posix.basename(path) === '__init__.py' ? posix.basename(posix.dirname(path)) : posix.basename(path, '.py'),
  );
  const importers = paths
    .filter(
      (path) =>
        stems.some((stem) => stem !== '' && read(path)?.includes(stem)) && !kept.has(parsed.get(path) as PyFile),
    )
    .slice(0, MAX_FILES);
  for (const path of importers) {
    const file = fileOf(path);
    if (file && importsOf(file, paths).some((target) => seeds.some((seed) => seed.path === target))) kept.add(file);
  }
  for (const file of kept) {
    if (kept.size >= MAX_FILES) break;
    for (const target of importsOf(file, paths)) {
      const next = fileOf(target);
      if (next) kept.add(next);
    }
  }
  return [...kept];
}

/** The files of the project that a file imports. */
function importsOf(file: PyFile, paths: readonly string[]): string[] {
  const directory = posix.dirname(file.path);
  return [...new Set(file.imports.values())].flatMap((name) => {
    const dots = [...name].findIndex((letter) => letter !== '.');
    const base = dots <= 0 ? undefined : posix.join(directory, ...Array.from({ length: dots - 1 }, () => '..'));
    const parts = name.slice(Math.max(dots, 0)).split('.').filter(Boolean);
    const stems = [parts, parts.slice(0, -1)].filter((each) => each.length > 0).map((each) => each.join('/'));
    const wanted = stems.flatMap((stem) => [`${stem}.py`, `${stem}/__init__.py`]);
    const found = wanted
      .map((each) =>
        paths.find((path) =>
          base === undefined
            ? path === each || path === posix.join(directory, each) || path.endsWith(`/${each}`)
            : path === posix.join(base, each),
        ),
      )
      .find((each) => each !== undefined);
    return found === undefined || found === file.path ? [] : [found];
  });
}

function definitionsOf(files: PyFile[]): PyCode['definitions'] {
  const found: PyCode['definitions'] = new Map();
  for (const file of files) {
    for (const node of below(file.root)) {
      if (node.type !== 'function_definition' && node.type !== 'class_definition') continue;
      const name = node.childForFieldName('name')?.text ?? '';
      found.set(name, [...(found.get(name) ?? []), { file, node }]);
    }
  }
  return found;
}

/** The public URL that is written into the code itself. */
function writtenResource(files: PyFile[]): string | undefined {
  for (const file of files) {
    for (const node of below(file.root)) {
      if (node.type !== 'keyword_argument' || node.childForFieldName('name')?.text !== 'resource_server_url') continue;
      const text = below(node).find(({ type }) => type === 'string_content')?.text;
      if (text !== undefined && URL.canParse(text)) return text;
    }
  }
  return undefined;
}

/** A server that speaks HTTP and asks nobody for a token. */
function checkGateThere(code: PyCode): void {
  const isHttp = anywhere(
    code,
    (root) =>
      names(root, ['streamable_http_app', 'http_app', 'sse_app', 'StreamableHTTPSessionManager']) ||
      says(root, ['streamable-http']) ||
      allTransports(root),
  );
  const isGuarded =
    code.report.looked['src.verifier-claims'] !== undefined ||
    code.report.looked['src.challenge'] !== undefined ||
    code.report.looked['src.middleware-order'] !== undefined ||
    code.report.problems.length > 0;
  const hasSome = anywhere(
    code,
    (root) =>
      names(root, [
        'auth',
        'token_verifier',
        'auth_server_provider',
        'HTTPBearer',
        'Depends',
        'BearerAuthBackend',
        'RequireAuthMiddleware',
        'auth_issuer_url',
      ]) || says(root, ['authorization', 'x-api-key']),
  );
  const server = allCalls(code).find(({ last }) =>
    ['FastMCP', 'MCPServer', 'Server', 'WidgetMCPServer'].includes(last),
  );
  if (!isHttp || isGuarded || hasSome || !server) return;
  code.report.warn(
    'src.middleware-order',
    place(server.file, server.node),
    'Nothing in the source asks for a token: everybody who reaches the server may call every tool.',
    'Put a login in front of it before it is reachable from elsewhere.',
  );
}

const allTransports = (root: PyFile['root']): boolean =>
  below(root).some(
    (node) =>
      node.type === 'keyword_argument' &&
      node.childForFieldName('name')?.text === 'transport' &&
      ['"http"', "'http'", '"sse"', "'sse'"].includes(node.childForFieldName('value')?.text ?? ''),
  );
