import { build } from 'tsdown';
import { describe, expect, it } from 'vitest';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { assertNoNewErrors, compare, diagnose, type Diagnosis } from '../../../src/apply/prove.ts';
import { makeProject, writeFiles } from './project.ts';

const strict = '{ "compilerOptions": { "strict": true, "target": "ES2022", "module": "NodeNext" } }';

/** Makes a project, changes it, and says what is new. */
function newErrors(
  before: Record<string, string>,
  after: Record<string, string>,
  paths = Object.keys(after),
): string[] {
  const root = makeProject(before);
  const first = diagnose(root, paths);
  writeFiles(root, after);
  return compare(first, diagnose(root, paths)).map(({ file, line, code }) => `${file}:${line} TS${code}`);
}

describe('a TypeScript project', () => {
  it('has no new errors when none were made', () => {
    const before = { 'tsconfig.json': strict, 'a.ts': 'export const a: number = 1;\n' };
    expect(newErrors(before, { 'a.ts': 'export const a: number = 2;\n' })).toEqual([]);
  });

  it('names a new error by file, line and code', () => {
    const before = { 'tsconfig.json': strict, 'a.ts': 'export const a: number = 1;\n' };
    expect(newErrors(before, { 'a.ts': '\nexport const a: number = "1";\n' })).toEqual(['a.ts:2 TS2322']);
  });

  it('does not count an error that was there before, also when it moved', () => {
    const before = { 'tsconfig.json': strict, 'a.ts': 'const a: number = "1";\n' };
    expect(newErrors(before, { 'a.ts': '\n\nconst a: number = "1";\n' })).toEqual([]);
  });

  it('counts a second error of the same kind', () => {
    const before = { 'tsconfig.json': strict, 'a.ts': 'export const a: number = "1";\n' };
    const after = { 'a.ts': 'export const a: number = "1";\nexport const b: number = "2";\n' };
    expect(newErrors(before, after)).toEqual(['a.ts:2 TS2322']);
  });

  it('counts every error of a file that was created', () => {
    expect(newErrors({ 'tsconfig.json': strict }, { 'auth/new.ts': 'const x = y;\n' })).toEqual([
      'auth/new.ts:1 TS2304',
    ]);
  });

  it('looks at the files that import a changed one', () => {
    const before = {
      'tsconfig.json': strict,
      'package.json': '{ "type": "module" }',
      'a.ts': 'export const a = 1;\n',
      'b.ts': 'import { a } from "./a.js";\nexport const b: number = a;\n',
    };
    expect(newErrors(before, { 'a.ts': 'export const a = "1";\n' })).toEqual(['b.ts:2 TS2322']);
  });

  it('does not count syntax errors away', () => {
    const before = { 'tsconfig.json': strict, 'a.ts': 'const a = 1;\n' };
    expect(newErrors(before, { 'a.ts': 'const a = ;\n' })).not.toEqual([]);
  });
});

describe('the settings', () => {
  const loose = 'export function f(x) { return x; }\n';

  it('may hold comments and be inherited', () => {
    const before = {
      'base.json': '{ "compilerOptions": { "strict": true } }',
      'tsconfig.json': '{\n  // shared\n  "extends": "./base.json",\n}',
      'a.ts': '',
    };
    expect(newErrors(before, { 'a.ts': loose })).toEqual(['a.ts:1 TS7006']);
  });

  it('are looked up in the project that a config refers to', () => {
    const before = {
      'tsconfig.json':
        '{ "files": [], "references": [{ "path": "./tsconfig.web.json" }, { "path": "./tsconfig.node.json" }] }',
      'tsconfig.web.json': '{ "compilerOptions": { "strict": false, "composite": true }, "include": ["web"] }',
      'tsconfig.node.json': '{ "compilerOptions": { "strict": true, "composite": true }, "include": ["server"] }',
      'server/a.ts': 'export {};\n',
      'web/a.ts': 'export {};\n',
    };
    expect(newErrors(before, { 'server/a.ts': loose, 'web/a.ts': loose })).toEqual(['server/a.ts:1 TS7006']);
  });

  it('are those of the nearest config when no config includes the file', () => {
    const before = { 'tsconfig.json': '{ "compilerOptions": { "strict": true }, "include": ["src"] }', 'src/x.ts': '' };
    expect(newErrors(before, { 'server.ts': loose })).toEqual(['server.ts:1 TS7006']);
  });

  it('that TypeScript 5 takes for granted are those of a project that has it', () => {
    const before = {
      'tsconfig.json': '{}',
      'node_modules/typescript/package.json': '{ "version": "5.9.3" }',
      'a.ts': '',
    };
    expect(newErrors(before, { 'a.ts': loose })).toEqual([]);
  });

  it('that TypeScript 6 takes for granted are those of a project that has it', () => {
    const before = {
      'tsconfig.json': '{}',
      'node_modules/typescript/package.json': '{ "version": "6.0.1" }',
      'a.ts': '',
    };
    expect(newErrors(before, { 'a.ts': loose })).toEqual(['a.ts:1 TS7006']);
  });

  it('that nobody compiles with take a missing `target` for the newest', () => {
    const before = { 'tsconfig.json': '{ "compilerOptions": { "jsx": "react-jsx" } }' };
    const after = { 'a.ts': 'export class A {\n  #all = new Set([1]);\n  list = () => [...this.#all];\n}\n' };
    expect(newErrors(before, after)).toEqual([]);
  });

  it('are lenient when there are none', () => {
    expect(newErrors({ 'a.ts': '' }, { 'a.ts': loose })).toEqual([]);
    expect(newErrors({ 'a.ts': '' }, { 'a.ts': 'let x: number = "";\n' })).toEqual(['a.ts:1 TS2322']);
  });
});

describe('a JavaScript project', () => {
  it('is parsed', () => {
    expect(newErrors({ 'a.js': '' }, { 'a.js': 'const = 1;\n' })).not.toEqual([]);
    expect(newErrors({ 'a.js': '' }, { 'a.js': 'import { x } from "nowhere";\nx.y.z();\n' })).toEqual([]);
  });

  it('is type-checked when it asks for it', () => {
    const wrong = '/** @type {number} */\nexport const a = "1";\n';
    const checked = '{ "compilerOptions": { "checkJs": true } }';
    expect(newErrors({ 'a.js': '' }, { 'a.js': wrong })).toEqual([]);
    expect(newErrors({ 'a.js': '' }, { 'a.js': `// @ts-check\n${wrong}` })).toEqual(['a.js:3 TS2322']);
    expect(newErrors({ 'jsconfig.json': checked, 'a.js': '' }, { 'a.js': wrong })).toEqual(['a.js:2 TS2322']);
  });
});

describe('packages that are not there', () => {
  const before = { 'tsconfig.json': strict, 'a.ts': 'export {};\n' };
  const usesJose = 'import { jwtVerify } from "jose";\njwtVerify("", (header) => header);\n';

  function diagnoses(files: Record<string, string>, after: Record<string, string>): [Diagnosis, Diagnosis] {
    const root = makeProject(files);
    const first = diagnose(root, Object.keys(after));
    writeFiles(root, after);
    return [first, diagnose(root, Object.keys(after))];
  }

  it('count as errors', () => {
    const [first, second] = diagnoses(before, { 'a.ts': usesJose });
    expect(compare(first, second).map(({ code }) => code)).toContain(2307);
    expect(() => assertNoNewErrors(first, second)).toThrow(expect.objectContaining({ code: 'verification-failed' }));
  });

  it('do not when they are to be installed later', () => {
    const [first, second] = diagnoses(before, { 'a.ts': usesJose });
    expect(compare(first, second, { uninstalled: ['jose'] })).toEqual([]);
  });

  it('do not when the SDK is asked for in a project that is not installed', () => {
    const files = { ...before, 'a.ts': 'import { Hono } from "hono";\nnew Hono();\n' };
    const type = 'import type { AuthInfo } from "@modelcontextprotocol/sdk/server/auth/types.js";\n';
    const [first, second] = diagnoses(files, { 'a.ts': files['a.ts'], 'b.ts': `${type}export type B = AuthInfo;\n` });
    expect(compare(first, second)).toEqual([]);
  });

  it('do not through what a type would have from them', () => {
    const files = { ...before, 'a.ts': 'import { Hono } from "hono";\nnew Hono();\n' };
    const request =
      'import type { IncomingMessage } from "node:http";\ninterface Request extends IncomingMessage { user?: string }\n';
    const use = 'export const pathOf = (request: Request): string => request.url + (request.user ?? "");\n';
    const [first, second] = diagnoses(files, { 'a.ts': files['a.ts'], 'b.ts': request + use });
    expect(compare(first, second)).toEqual([]);
  });

  it('do not when nothing is installed anyway', () => {
    const files = { ...before, 'a.ts': 'import { M } from "@modelcontextprotocol/sdk/server/mcp.js";\nnew M();\n' };
    const after = {
      'a.ts': `${files['a.ts']}import "./auth.js";\n`,
      'auth.ts': 'import type { T } from "@modelcontextprotocol/sdk/t.js";\nexport const t: T = process.env["A"];\n',
    };
    const [first, second] = diagnoses(files, after);
    expect(compare(first, second)).toEqual([]);
  });
});

it('takes globals that Node.js shares with browsers for missing types where those of Node.js are not installed', () => {
  const before = {
    'tsconfig.json': '{ "compilerOptions": { "target": "ES2022", "lib": ["ES2022"], "types": [] } }',
    'a.ts': "import { createServer } from 'node:http';\nexport const a = createServer;\n",
  };
  const after = { 'b.ts': "export const b = new URL('https://a.example').host + new TextDecoder().encoding;\n" };
  expect(newErrors(before, after, ['a.ts', 'b.ts'])).toEqual([]);
  const asking = { 'b.ts': `/// <reference types="node" />\nexport const b = 1;\n` };
  expect(newErrors(before, asking, ['a.ts', 'b.ts'])).toEqual([]);
  expect(newErrors({ ...before, 'a.ts': '' }, after, ['a.ts', 'b.ts'])).toEqual(['b.ts:1 TS2304', 'b.ts:1 TS2304']);
});

describe('what was looked at', () => {
  const typed = (files: Record<string, string>): boolean =>
    diagnose(
      makeProject(files),
      Object.keys(files).filter((name) => name.startsWith('a.')),
    ).isTyped;

  it('is types in TypeScript, and in JavaScript that asks for it', () => {
    expect(typed({ 'tsconfig.json': strict, 'a.ts': 'export {};\n' })).toBe(true);
    expect(typed({ 'a.js': '// @ts-check\nexport {};\n' })).toBe(true);
  });

  it('is syntax alone in other JavaScript', () => {
    expect(typed({ 'a.js': 'export {};\n' })).toBe(false);
  });
});

describe('a config without target', () => {
  const before = {
    'tsconfig.json': '{ "compilerOptions": { "module": "ESNext", "moduleResolution": "bundler", "lib": ["ESNext"] } }',
    'node_modules/typescript/package.json': '{ "version": "5.9.3" }',
    'a.ts': 'export const a = new Set<number>();\n',
  };

  function refusal(after: string): string {
    const root = makeProject(before);
    const first = diagnose(root, ['a.ts']);
    writeFiles(root, { 'a.ts': after });
    try {
      assertNoNewErrors(first, diagnose(root, ['a.ts']));
    } catch (error) {
      return error instanceof Error && 'code' in error ? `${String(error.code)}: ${error.message}` : String(error);
    }
    return 'none';
  }

  it('is given as the reason when only ES5 is in the way', () => {
    const code = 'export const a = new Set<number>();\nfor (const each of a) each;\nexport class B { #c = 1; }\n';
    expect(refusal(code)).toMatch(/^unsupported-shape: The tsconfig compiles to ES5/);
  });

  it('is not when there is another error as well', () => {
    const code = 'export const a = new Set<number>();\nfor (const each of a) each;\nexport const b: string = 1;\n';
    expect(refusal(code)).toMatch(/^verification-failed: /);
  });
});

it('works from a bundle, with no TypeScript beside it', { timeout: 120_000 }, async () => {
  const root = makeProject({
    'tsconfig.json': strict,
    'a.ts': 'export const a: Promise<number> = Promise.resolve("1");\n',
  });
  const out = makeProject();
  await build({
    entry: { prove: path.resolve('src/apply/prove.ts') },
    outDir: out,
    format: 'esm',
    platform: 'node',
    shims: true,
    noExternal: [/.*/],
    dts: false,
    config: false,
    logLevel: 'silent',
    clean: false,
  });
  const file = fs.readdirSync(out).find((name) => name.startsWith('prove.')) ?? '';
  const script = `
    const { diagnose } = await import(${JSON.stringify(path.join(out, file))});
    console.log(JSON.stringify([...diagnose(${JSON.stringify(root)}, ['a.ts']).files.values()].flat().map((d) => d.code)));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: out, encoding: 'utf8' });
  expect(JSON.parse(said)).toEqual([2322]);
});
