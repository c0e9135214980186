import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ts } from 'ts-morph';
import { newAuthFolder } from '../../../../src/languages/node/auth-folder.ts';
import type { ProjectSnapshot } from '../../../../src/project/snapshot.ts';
import { createCodeModel } from '../../../../src/servers/model.ts';
import type { ServerAdapter } from '../../../../src/servers/types.ts';
import type { Edit } from '../../../../src/types.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures/', import.meta.url));

export type Files = Record<string, string>;

/** All files of a fixture's folder, by path. */
export function fixture(name: string, stage: 'before' | 'after'): Files {
  const root = path.join(FIXTURES, name, stage);
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(root, file), readFileSync(file, 'utf8')];
    }),
  );
}

/** A project in memory: `package.json` and `tsconfig.json` are read, the source files are kept. */
export function snapshotOf(files: Files): ProjectSnapshot {
  const text = files['package.json'] ?? '{ "type": "module" }';
  const manifest = JSON.parse(text) as Partial<ProjectSnapshot['manifest']>;
  const dependencies = manifest.dependencies ?? {};
  const tsconfig = files['tsconfig.json'];
  const sources = Object.entries(files).filter(([file]) => /\.[cm]?[jt]sx?$/.test(file));
  return {
    root: '/somewhere',
    files: new Map(sources),
    manifest: {
      path: 'package.json',
      text,
      type: manifest.type ?? 'commonjs',
      scripts: manifest.scripts ?? {},
      dependencies,
      allDependencies: { ...dependencies, ...(manifest as { devDependencies?: object }).devDependencies },
      bin: [],
    },
    versionOf: () => undefined,
    packageManager: { name: 'npm', root: '/somewhere' },
    ...(tsconfig ? { tsconfig: { path: 'tsconfig.json', compilerOptions: optionsOf(tsconfig) } } : {}),
    git: { inside: false, isDirty: () => false },
  };
}

function optionsOf(tsconfig: string): Record<string, unknown> {
  const { config } = ts.parseConfigFileTextToJson('tsconfig.json', tsconfig) as {
    config: { compilerOptions?: object };
  };
  const options = { ...config.compilerOptions } as Record<string, unknown>;
  return options['paths'] === undefined ? options : { baseUrl: '.', ...options };
}

/** What an adapter finds and would change, with the generated code in `auth/` beside the entry. */
export function run<Handle>(adapter: ServerAdapter<Handle>, files: Files, entry?: string) {
  const model = createCodeModel(snapshotOf(files));
  const matches = adapter.recognise(model);
  const match = entry === undefined ? matches[0] : matches.find((candidate) => candidate.entry === entry);
  if (!match) return { matches, match, edits: [] as Edit[] };
  const authDir = newAuthFolder(match.entry, () => false);
  const scopes = { toolScopes: {}, publicTools: [], baseScopes: [] };
  const edits = adapter.edit(model, match, {
    authDir,
    resource: `http://localhost${match.paths[0] ?? '/mcp'}`,
    scopes,
  });
  return { matches, match, edits };
}

/** The project with the edits in it. */
export function apply(files: Files, edits: Edit[]): Files {
  const after = { ...files };
  for (const edit of edits) {
    if (edit.kind === 'skip') throw new Error(`refused: ${edit.reason}`);
    after[edit.path] = edit.after;
  }
  return after;
}

/** The lines of `text` that `before` has not, each `+`, and those that are gone, each `-`. */
export function diff(before: string, after: string): string[] {
  const old = before.split('\n');
  const now = after.split('\n');
  const kept = longestCommon(old, now);
  const gone = old.filter((_, index) => !kept.some(([i]) => i === index)).map((line) => `- ${line.trim()}`);
  const added = now.filter((_, index) => !kept.some(([, j]) => j === index)).map((line) => `+ ${line.trim()}`);
  return [...gone, ...added].filter((line) => line.length > 2);
}

function longestCommon(a: string[], b: string[]): [number, number][] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i]![j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}
