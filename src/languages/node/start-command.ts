import { isDeno } from '../../project/deno.ts';
import type { ProjectSnapshot } from '../../project/snapshot.ts';
import type { Detection, StartCommand } from '../../types.ts';
import { denoCommand } from './deno.ts';

/** Scripts that start a server, the likeliest for HTTP first. */
const SCRIPTS = ['start:http', 'serve:http', 'http', 'dev:http', 'start', 'serve', 'dev'];

/** The command people start this server with: a script of package.json when one runs the entry, else node itself. */
export function startCommand(
  snapshot: Pick<ProjectSnapshot, 'manifest' | 'packageManager' | 'files'>,
  { entry, language }: Pick<Detection, 'entry' | 'language'>,
): StartCommand {
  const { scripts } = snapshot.manifest;
  const manager = snapshot.packageManager.name;
  const script = SCRIPTS.find((name) => scripts[name] !== undefined);
  if (manager === 'deno' && script !== undefined) return { start: `deno task ${script}` };
  if (isDeno(snapshot)) return { start: denoCommand(snapshot, entry) };
  if (script === undefined) return { start: language === 'typescript' ? `npx tsx ${entry}` : `node ${entry}` };
  const start = script === 'start' ? `${manager} start` : `${manager} run ${script}`;
  const isBuilt = scripts[`pre${script}`] === undefined && runsOutput(scripts[script] ?? '', language);
  return { start, ...(isBuilt && scripts['build'] !== undefined ? { build: `${manager} run build` } : {}) };
}

/** Does this script only run what a build has written? */
function runsOutput(script: string, language: Detection['language']): boolean {
  if (/\b(build|tsc|tsup|tsdown|esbuild)\b(?!\/)/.test(script)) return false;
  if (/\bnext start\b/.test(script)) return true;
  return language === 'typescript' && /\bnode\b.*\.[cm]?js\b/.test(script);
}
