import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { RUNS } from '../../../../../src/doctor/checks/index.ts';
import { runChecks } from '../../../../../src/doctor/run-checks.ts';
import { gatherProject } from '../../../../../src/doctor/static/gather-project.ts';
import type { Diagnosis } from '../../../../../src/doctor/types.ts';

const made: string[] = [];
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

/** Files of a project, by path. */
export type Files = Record<string, string>;

/** A project on disk with these files; it is gone after the tests. */
export function projectOf(files: Files): string {
  const root = mkdtempSync(path.join(tmpdir(), 'doctor-static-'));
  made.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  return root;
}

const ROOT = path.resolve(import.meta.dirname, '../../../../..');

/** A fixture as add-auth leaves it: `before`, `after` on top, and the generated code where the server imports it from. */
export function rewrittenFixture(name: string): string {
  const root = projectOf({});
  const fixture = path.join(ROOT, 'test/fixtures', name);
  for (const part of ['before', 'after']) cpSync(path.join(fixture, part), root, { recursive: true });
  const changed = readdirSync(path.join(fixture, 'after'), { recursive: true, encoding: 'utf8' });
  for (const file of changed.filter((each) => /\.[cm]?[jt]s$/.test(each))) {
    const text = readFileSync(path.join(root, file), 'utf8');
    const specifier = /['"]([^'"]*auth\/)[\w-]+(\.\w+)?['"]/.exec(text)?.[1];
    if (specifier === undefined) continue;
    const kind = /\.[cm]?ts$/.test(file) ? 'ts' : text.includes('require(') ? 'cjs' : 'esm';
    const into = specifier.startsWith('@/')
      ? path.join(root, specifier.slice(2))
      : path.join(root, path.dirname(file), specifier);
    cpSync(path.join(ROOT, 'dist/templates', kind), into, { recursive: true });
    const scopes = path.join(into, kind === 'ts' ? 'scopes.ts' : 'scopes.js');
    const map = readFileSync(scopes, 'utf8');
    writeFileSync(scopes, map.replace(/(TOOL_SCOPES[^=]*= \{)/, "$1\n  whoami: ['use:whoami'],"));
  }
  return root;
}

/** What doctor says of a project whose server is not running. */
export async function examine(root: string, environment: NodeJS.ProcessEnv = {}): Promise<Diagnosis> {
  const project = await gatherProject(root, environment);
  return runChecks(
    {
      target: { kind: 'project', value: root },
      options: { register: false },
      now: 0,
      project,
      log: [],
      whyNotLive: 'No.',
    },
    RUNS,
  );
}

export const examineFiles = (files: Files): Promise<Diagnosis> => examine(projectOf(files));

/** What is wrong, in a form that shows in a failed test. */
export const trouble = ({ checks }: Diagnosis): string[] =>
  checks
    .filter(({ status }) => status === 'fail' || status === 'warn')
    .map(({ id, status, detail }) => `${status} ${id}: ${detail}`);
