import { existsSync } from 'node:fs';

/** A program and its arguments. */
export type CommandLine = [file: string, ...args: string[]];

export interface Host {
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
}

const thisHost = (): Host => ({ env: process.env, platform: process.platform });

/** Milliseconds after which a browser that has not failed is up. */
const SETTLED = 3000;

/** Can a login page be shown on this machine? Over SSH its screen is another one; `BROWSER` always has a say. */
export function canOpenBrowser(host: Host = thisHost()): boolean {
  const { env, platform } = host;
  if (env['BROWSER']) return env['BROWSER'] !== 'none';
  if (isRemote(host)) return false;
  if (platform === 'darwin' || platform === 'win32') return true;
  return Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY'] || isWsl(host));
}

/** Does whoever types sit at another machine? */
export function isRemote({ env }: Host = thisHost()): boolean {
  return Boolean(env['SSH_CONNECTION'] || env['SSH_TTY']);
}

/** What may open a URL here, in order: `$BROWSER`, then the platform's own way. */
export function browserCommands(url: string, host: Host = thisHost()): CommandLine[] {
  const chosen = (host.env['BROWSER'] ?? '').trim();
  if (chosen === 'none') return [];
  if (chosen !== '') return chosenBrowsers(chosen, url, host.platform === 'win32' ? ';' : ':');
  if (host.platform === 'darwin') return [['open', url]];
  // Not `start`: cmd.exe would read the & in the URL.
  if (host.platform === 'win32') return [['rundll32', 'url.dll,FileProtocolHandler', url]];
  if (isWsl(host)) {
    return [
      ['wslview', url],
      ['rundll32.exe', 'url.dll,FileProtocolHandler', url],
    ];
  }
  return [['xdg-open', url]];
}

/** `BROWSER` is a list like PATH; `%s` in an entry stands for the URL, which comes last otherwise. */
function chosenBrowsers(chosen: string, url: string, separator: string): CommandLine[] {
  if (existsSync(chosen)) return [[chosen, url]];
  return chosen.split(separator).flatMap((entry): CommandLine[] => {
    const [file, ...args] = entry.trim().split(/\s+/);
    if (!file) return [];
    return entry.includes('%s')
      ? [[file, ...args.map((argument) => argument.replaceAll('%s', url))]]
      : [[file, ...args, url]];
  });
}

const isWsl = ({ env, platform }: Host): boolean => platform === 'linux' && Boolean(env['WSL_DISTRO_NAME']);

/**
 * Opens a URL in the browser, which outlives us and does not write to our terminal.
 * @returns false when no browser could be started
 */
export async function openBrowser(url: string, host: Host = thisHost()): Promise<boolean> {
  const { execa } = await import('execa');
  for (const [file, ...args] of browserCommands(url, host)) {
    const child = execa(file, args, { stdio: 'ignore', detached: true, cleanup: false, reject: false });
    child.unref();
    let timer: NodeJS.Timeout | undefined;
    const settled = new Promise<'up'>((resolve) => (timer = setTimeout(() => resolve('up'), SETTLED)));
    const result = await Promise.race([child, settled]);
    clearTimeout(timer);
    if (result === 'up' || !result.failed) return true;
  }
  return false;
}
