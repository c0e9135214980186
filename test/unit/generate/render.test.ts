import { beforeAll, describe, expect, it } from 'vitest';
// @ts-expect-error: a build script, in JavaScript
import { buildTemplates } from '../../../scripts/build-templates.mjs';
import { authDependencies, renderAuthCode, type AuthCodeInput, type Host } from '../../../src/generate/index.ts';
import { readScopeMap } from '../../../src/generate/read-scope-map.ts';

const HOSTS: Host[] = ['express', 'node-http', 'fastify', 'hono', 'next', 'fetch'];
const CORE = [
  'answers',
  'audit',
  'auth-info',
  'config',
  'environment',
  'gate',
  'messages',
  'rules',
  'runtime',
  'scopes',
  'sessions',
  'signing-keys',
  'user',
  'verifier',
];
const NODE = ['node', 'node-body', 'node-response'];

beforeAll(async () => {
  await (buildTemplates as () => Promise<void>)();
});

function render(over: Partial<AuthCodeInput> = {}): Record<string, string> {
  const files = renderAuthCode({
    host: 'express',
    language: 'typescript',
    module: { format: 'esm', importExtension: '.js' },
    environment: 'standard',
    scopes: { toolScopes: { search: ['read'] }, publicTools: [], baseScopes: ['read'] },
    ...over,
  });
  return Object.fromEntries(files.map(({ name, content }) => [name, content]));
}

const named = (names: string[], extension: string): string[] => names.map((name) => name + extension).sort();

describe('the files of the auth folder', () => {
  it('are those that the host needs', () => {
    const filesOf = (host: Host): string[] => Object.keys(render({ host }));
    expect(filesOf('express')).toEqual(named([...CORE, ...NODE, 'express'], '.ts'));
    expect(filesOf('node-http')).toEqual(named([...CORE, ...NODE, 'node-http'], '.ts'));
    expect(filesOf('fastify')).toEqual(named([...CORE, ...NODE, 'fastify'], '.ts'));
    expect(filesOf('hono')).toEqual(named([...CORE, 'fetch', 'hono'], '.ts'));
    expect(filesOf('next')).toEqual(named([...CORE, 'fetch'], '.ts'));
    expect(filesOf('fetch')).toEqual(named([...CORE, 'fetch'], '.ts'));
  });

  it('hold the check before the transport only where the source imports it', () => {
    expect(Object.keys(render({ modules: ['admitted'] }))).toEqual(
      named([...CORE, ...NODE, 'express', 'admitted'], '.ts'),
    );
  });

  it.each(['.js', '.ts', ''] as const)('import each other with "%s"', (importExtension) => {
    for (const host of HOSTS) {
      const files = render({ host, module: { format: 'esm', importExtension } });
      for (const text of Object.values(files)) {
        for (const [, name] of text.matchAll(/from '(\.[^']+)'/g)) {
          expect(name).toMatch(new RegExp(`^\\./[\\w-]+${importExtension.replace('.', '\\.')}$`));
          expect(Object.keys(files)).toContain(`${name!.slice(2, name!.length - importExtension.length)}.ts`);
        }
      }
    }
  });

  it('are JavaScript without types for JavaScript projects', () => {
    for (const host of HOSTS) {
      for (const format of ['esm', 'cjs'] as const) {
        const files = render({ host, language: 'javascript', module: { format, importExtension: '.js' } });
        for (const [name, text] of Object.entries(files)) {
          expect(name).toMatch(/\.js$/);
          expect(text).not.toMatch(/\binterface \w|\bas const|import type|: string[,;)]|\n\n\n|[ \t]\n/);
          if (format === 'cjs') expect(text).toMatch(/^'use strict';\n\n(?![\s\S]*\n(?:import|export) )/);
          else expect(text).not.toMatch(/require\(|module\.exports|'use strict'/);
        }
      }
    }
  });

  it('read the environment of the provider', () => {
    expect(render()['config.ts']).toContain('MCP_AUTH_ISSUER');
    expect(render()['config.ts']).not.toContain('AUTH0');
    const auth0 = render({ environment: 'auth0' });
    expect(auth0['config.ts']).toContain('AUTH0_DOMAIN');
    expect(auth0['config.ts']).not.toContain('MCP_AUTH_ISSUER');
    expect(Object.keys(auth0)).not.toContain('config.auth0.ts');
    // They differ in what they read from it, and nowhere else.
    const reading =
      /^import .* from '\.\/environment\.\w+';\n|function (authorizationServer|loadConfig)\([\s\S]*?\n}\n/g;
    const rest = (text: string | undefined): string => text!.replace(reading, '');
    expect(rest(auth0['config.ts'])).toBe(rest(render()['config.ts']));
  });

  it('say nothing of machines and people', () => {
    for (const text of Object.values(render())) expect(text).not.toMatch(/\/work|\/tmp|localhost:\d|registry/);
  });
});

describe('the scope map', () => {
  const scopesFile = (scopes: AuthCodeInput['scopes'], over: Partial<AuthCodeInput> = {}): string =>
    Object.entries(render({ scopes, ...over })).find(([name]) => name.startsWith('scopes.'))![1];

  it('is written to be edited', () => {
    const text = scopesFile({
      toolScopes: { 'search-tasks': ['read:tasks'], whoami: [], wipe: ['delete:tasks', 'read:tasks'] },
      publicTools: ['status'],
      baseScopes: ['read:tasks'],
    });
    expect(text).toContain(`export const TOOL_SCOPES: Record<string, readonly string[]> = {
  'search-tasks': ['read:tasks'],
  whoami: [],
  wipe: ['delete:tasks', 'read:tasks'],
};
`);
    expect(text).toContain(`export const PUBLIC_TOOLS: readonly string[] = ['status'];\n`);
    expect(text).toContain(`export const BASE_SCOPES: readonly string[] = ['read:tasks'];\n`);
    expect(text).toContain(`export const SCOPE_IMPLIES: Record<string, readonly string[]> = {};\n`);
  });

  it('holds names of any kind, and reads back as it was', () => {
    const names = [
      "it's",
      'a"b',
      'a\\b',
      'line\nbreak',
      '\u2028',
      '\ufeff',
      '`${x}`',
      '*/',
      '__proto__',
      'constructor',
      'ünï',
      '💥',
      '\ud800',
      '',
      ' ',
      '1a',
      'a.b',
      'default',
    ];
    const scopes = {
      toolScopes: Object.fromEntries(names.map((name) => [name, [name]])),
      publicTools: names,
      baseScopes: names,
    };
    for (const over of [
      {},
      { language: 'javascript' },
      { language: 'javascript', module: { format: 'cjs', importExtension: '.js' } },
    ] as Partial<AuthCodeInput>[]) {
      const back = readScopeMap(scopesFile(scopes, over));
      expect(Object.keys(back!.toolScopes)).toEqual(Object.keys(scopes.toolScopes));
      expect(back).toEqual(scopes);
    }
  });

  it('may be empty', () => {
    expect(scopesFile({ toolScopes: {}, publicTools: [], baseScopes: [] })).toContain(
      'TOOL_SCOPES: Record<string, readonly string[]> = {};\n',
    );
  });
});

describe('dependencies', () => {
  it('are jose: 6 for ESM, 5 where it is required', () => {
    const of = (format: 'esm' | 'cjs') =>
      authDependencies({ language: 'typescript', module: { format, importExtension: '.js' } });
    expect([of('esm'), of('cjs')]).toEqual([[{ name: 'jose', range: '^6' }], [{ name: 'jose', range: '^5' }]]);
  });
});

describe('the types of Node.js', () => {
  const reference = '/// <reference types="node" />\n\n';
  const withReference = (over: Partial<AuthCodeInput>): string[] =>
    Object.entries(render(over)).flatMap(([name, text]) => (text.startsWith(reference) ? [name] : []));

  it('are asked for in one file when the settings of the project leave them out', () => {
    expect(withReference({ asksForNodeTypes: true })).toEqual(['runtime.ts']);
    expect(withReference({ asksForNodeTypes: true, environment: 'auth0' })).toEqual(['runtime.ts']);
  });

  it('are not asked for otherwise, nor in JavaScript', () => {
    expect(withReference({})).toEqual([]);
    expect(withReference({ asksForNodeTypes: true, language: 'javascript' })).toEqual([]);
  });
});
