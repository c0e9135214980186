import { existsSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { CliError } from '../errors.ts';
import { SOURCE_ENDINGS } from '../project/source-files.ts';
import type { Proof } from './proof.ts';

const SHOWN = 10;

/** Proves by `deno check`: it finds nothing after a run that it had not found before. The lock file is not touched. */
export function proofByDeno(root: string): Proof {
  let earlier: string[] = [];
  return {
    before: async (paths) => void (earlier = await errorsOf(root, paths)),
    after: async (paths, { signal }) => {
      const fresh = (await errorsOf(root, paths, signal)).filter((error) => !earlier.includes(error));
      if (fresh.length > 0) throw worse(fresh);
      return { summary: 'deno check finds nothing new', missing: new Set() };
    },
    end: () => Promise.resolve(),
  };
}

async function errorsOf(root: string, paths: readonly string[], signal?: AbortSignal): Promise<string[]> {
  const files = paths.filter(
    (file) => SOURCE_ENDINGS.includes(path.extname(file)) && existsSync(path.join(root, file)),
  );
  if (files.length === 0) return [];
  const { failed, all } = await execa('deno', ['check', '--quiet', '--no-lock', ...files], {
    cwd: root,
    stdin: 'ignore',
    all: true,
    reject: false,
    env: { NO_COLOR: '1' },
    ...(signal && { cancelSignal: signal }),
  });
  return failed ? denoErrors(all) : [];
}

/**
 * What `deno check` has printed, an error a line, each with its file and without its line: an import more moves them all.
 * `TS7006 [ERROR]: Parameter 'x' …`, the code, `    at file:///…/tasks.ts:35:104`.
 */
export function denoErrors(output: string): string[] {
  const found: string[] = [];
  let message: string | undefined;
  for (const line of output.split('\n')) {
    const text = line.trim();
    if (/^(TS\d+ \[ERROR\]|error): /.test(text)) message = text;
    const place = /^at (file:\/\/\S+?)(:\d+){0,2}$/.exec(text)?.[1];
    if (place === undefined || message === undefined) continue;
    found.push(`${message} (${path.basename(place)})`);
    message = undefined;
  }
  // Type errors end in a line that says no more than that there were some.
  return message === undefined || found.length > 0 ? found : [message];
}

function worse(errors: string[]): CliError {
  return new CliError(
    'verification-failed',
    `deno check finds ${errors.length} new error${errors.length === 1 ? '' : 's'} in the rewritten project; everything was put back.`,
    'Report this with the lines below, or run again with --no-verify and repair it by hand.',
    { manual: [{ what: 'New errors of deno check', snippet: errors.slice(0, SHOWN).join('\n') }] },
  );
}
