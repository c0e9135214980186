import type { ProjectSnapshot } from '../project/snapshot.ts';
import type { Detection } from '../types.ts';

/** Scripts that start a server, the likeliest for HTTP first. */
const SCRIPTS = ['start:http', 'serve:http', 'http', 'dev:http', 'start', 'serve', 'dev'];

/** The command people start this server with: a script of package.json when one runs the entry, else node itself. */
export function startCommand({ manifest, packageManager }: ProjectSnapshot, { entry, language }: Detection): string {
  const script = SCRIPTS.find((name) => manifest.scripts[name] !== undefined);
  if (script !== undefined) {
    return script === 'start' ? `${packageManager.name} start` : `${packageManager.name} run ${script}`;
  }
  return language === 'typescript' ? `npx tsx ${entry}` : `node ${entry}`;
}
