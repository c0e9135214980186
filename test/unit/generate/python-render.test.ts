import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
// @ts-expect-error: a build script, in JavaScript
import { buildTemplates } from '../../../scripts/build-templates.mjs';
import { pythonParser } from '../../../src/edit/python-parser.ts';
import { pythonDependencies, readPythonScopeMap, renderPythonPackage } from '../../../src/generate/python.ts';
import type { PythonStack } from '../../../src/servers/python/stack.ts';

const SCOPES = { toolScopes: { 'search-tasks': ['read:tasks'] }, publicTools: ['status'], baseScopes: ['read:tasks'] };
const STACKS: PythonStack[] = ['mcp1', 'mcp2', 'fastmcp2', 'fastmcp3', 'fastmcp4', 'fastapps'];

const render = (input: Partial<Parameters<typeof renderPythonPackage>[0]> = {}): Map<string, string> =>
  new Map(
    renderPythonPackage({ stack: 'mcp2', environment: 'standard', scopes: SCOPES, ...input }).map(({ path, text }) => [
      path,
      text,
    ]),
  );

beforeAll(async () => {
  await (buildTemplates as () => Promise<void>)();
});

describe('the package mcp_auth', () => {
  it.each(STACKS)(
    'for %s parses, imports only what it has itself, the framework and the standard library',
    async (stack) => {
      const parser = await pythonParser();
      const files = render({ stack });
      for (const [path, text] of files) {
        const tree = parser.parse(text);
        expect(tree?.rootNode.hasError, path).toBe(false);
        for (const node of tree?.rootNode.descendantsOfType('import_from_statement') ?? []) {
          const from = node?.childForFieldName('module_name')?.text ?? '';
          if (!from.startsWith('.')) continue;
          const names =
            from === '.' ? node?.childrenForFieldName('name').map((name) => name?.text.split(' ')[0]) : [from.slice(1)];
          for (const name of names ?? []) expect([...files.keys()], path).toContain(`mcp_auth/${name}.py`);
        }
        tree?.delete();
      }
    },
  );

  it('has every master, sorted, and the part for FastApps only where it is', () => {
    const masters = readdirSync(new URL('../../../templates/python/mcp_auth', import.meta.url));
    const expected = masters.filter((name) => name.endsWith('.py')).map((name) => `mcp_auth/${name}`);
    expect([...render().keys()]).toEqual(expected.toSorted());
    expect([...render({ stack: 'fastapps' }).keys()]).toEqual([...expected, 'mcp_auth/fastapps.py'].toSorted());
    expect(render({ stack: 'fastapps' }).get('mcp_auth/__init__.py')).toContain('from .fastapps import protect_mcp');
  });

  it('has the part for the Apps SDK where a project uses it; FastApps has its own', () => {
    const files = render({ hasApps: true });
    expect([...files.keys()]).toEqual([...render().keys(), 'mcp_auth/apps.py'].toSorted());
    expect(files.get('mcp_auth/__init__.py')).toContain('from .apps import protect_mcp');
    expect(render({ stack: 'fastapps', hasApps: true })).toEqual(render({ stack: 'fastapps' }));
  });

  it('hands fastmcp a token of its own kind', () => {
    const middleware = (stack: PythonStack): string => render({ stack }).get('mcp_auth/middleware.py') ?? '';
    const own = 'from fastmcp.server.auth import AccessToken\nfrom mcp.server.auth.middleware.auth_context import';
    for (const stack of STACKS) {
      expect(middleware(stack).includes(own), stack).toBe(!stack.startsWith('mcp'));
      expect(middleware(stack).split(' import AccessToken\n'), stack).toHaveLength(2);
    }
  });

  it('reads the environment of the provider', () => {
    const config = (environment: 'standard' | 'auth0' | 'supabase'): string =>
      render({ environment }).get('mcp_auth/config.py') ?? '';
    expect(config('standard')).toContain('"MCP_AUTH_ISSUER"');
    expect(config('auth0')).toContain('"AUTH0_DOMAIN"');
    expect(config('auth0')).not.toContain('MCP_AUTH_ISSUER');
    expect(config('supabase')).toContain('("mcp_scopes",)');
  });

  it.each(['config.auth0.py', 'config.supabase.py'])(
    '%s differs from the standard one in what it says only',
    (name) => {
      const lines = (file: string): string[] =>
        readFileSync(new URL(`../../../templates/python/${file}`, import.meta.url), 'utf8').split('\n');
      const standard = new Set(lines('mcp_auth/config.py'));
      expect(lines(name).filter((line) => !standard.has(line)).length).toBeLessThan(16);
    },
  );

  it('carries the scope map as a file that can be read back, laid out as ruff would', async () => {
    const text = render().get('mcp_auth/scopes.py') ?? '';
    expect(await readPythonScopeMap(text)).toEqual(SCOPES);
    expect(text).toContain('TOOL_SCOPES: dict[str, list[str]] = {\n    "search-tasks": ["read:tasks"],\n}\n');
    expect(text).toContain('SCOPE_IMPLIES: dict[str, list[str]] = {}\n');
  });

  it('carries any names', async () => {
    const names = ['a"b', '\n', '$&', '$1', "'"];
    const scopes = {
      toolScopes: Object.fromEntries(names.map((name) => [name, names])),
      publicTools: names,
      baseScopes: [],
    };
    expect(await readPythonScopeMap(render({ scopes }).get('mcp_auth/scopes.py') ?? '')).toEqual(scopes);
  });
});

describe('what the package needs', () => {
  it('is PyJWT with cryptography; for FastApps also the version of fastmcp that it works with', () => {
    expect(pythonDependencies('mcp1')).toEqual([{ name: 'pyjwt[crypto]', range: '>=2.10' }]);
    expect(pythonDependencies('fastapps')).toContainEqual({ name: 'fastmcp', range: '>=2.13,<3' });
  });
});
