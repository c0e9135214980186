import { runDev } from '../dev/run.ts';
import type { ExitCode } from '../errors.ts';
import type { CommandResult, DevOptions, Io } from './options.ts';
import { projectRoot } from './project-root.ts';

/** `add-auth dev [dir] [-- command…]` */
export async function dev(options: DevOptions, { mode, ui }: Io): Promise<CommandResult> {
  let issuer = '';
  let resource = '';
  const code = await runDev({
    dir: await projectRoot(options.dir),
    command: options.command,
    report: ui,
    json: mode.json,
    onReady: (settings) => ({ issuer, resource } = settings),
  });
  // The command's own code is handed on, whatever it is.
  return { exit: code as ExitCode, json: { issuer, resource, exitCode: code } };
}
