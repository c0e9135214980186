import { CliError } from '../errors.ts';
import type { CommandLine, Host } from './browser.ts';
import { isOnPath } from './on-path.ts';

/** The programs that put their input into the clipboard here, best first. */
export function clipboardCommands({ env, platform }: Host): CommandLine[] {
  if (platform === 'darwin') return [['pbcopy']];
  if (platform === 'win32') return [['clip']];
  const x11: CommandLine[] = [
    ['xclip', '-selection', 'clipboard'],
    ['xsel', '--clipboard', '--input'],
  ];
  return [
    ...(env['WAYLAND_DISPLAY'] ? [['wl-copy'] as CommandLine] : []),
    ...(env['DISPLAY'] ? x11 : []),
    ...(env['WSL_DISTRO_NAME'] ? [['clip.exe'] as CommandLine] : []),
  ];
}

/**
 * Finds the clipboard before a token is fetched for it.
 * @returns puts a text there: over stdin, as an argument could be read by everybody
 * @throws CliError `usage` when there is none
 */
export function findClipboard(
  host: Host = { env: process.env, platform: process.platform },
): (text: string) => Promise<void> {
  const command = clipboardCommands(host).find(([file]) => host.platform === 'win32' || isOnPath(file, host.env));
  if (!command) throw noClipboard();
  return (text) => copy(text, command);
}

async function copy(text: string, [file, ...args]: CommandLine): Promise<void> {
  const { execa } = await import('execa');
  // On X11 the program stays and serves the clipboard: it must not keep our output open.
  const options = { input: text, stdout: 'ignore', stderr: 'ignore', reject: false, timeout: 10_000 } as const;
  const { failed } = await execa(file, args, options);
  if (failed) {
    throw new CliError('not-writable', `${file} could not reach the clipboard.`, 'Run it again without --copy.');
  }
}

const noClipboard = (): CliError =>
  new CliError(
    'usage',
    'There is no clipboard to copy the token to.',
    'Leave --copy out, or install wl-clipboard (Wayland), xclip or xsel (X11) on a machine with a screen.',
  );
