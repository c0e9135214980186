import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { browserCommands, canOpenBrowser, openBrowser } from '../../../src/platform/browser.ts';
import { clipboardCommands, findClipboard } from '../../../src/platform/clipboard.ts';

const url = 'https://login.example.com/authorize?a=1&b=2';
const linux = (env: NodeJS.ProcessEnv): { env: NodeJS.ProcessEnv; platform: 'linux' } => ({ env, platform: 'linux' });

describe('a browser', () => {
  it.each<[string, NodeJS.Platform, NodeJS.ProcessEnv, boolean]>([
    ['a Mac', 'darwin', {}, true],
    ['Windows', 'win32', {}, true],
    ['X11', 'linux', { DISPLAY: ':0' }, true],
    ['Wayland', 'linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
    ['WSL', 'linux', { WSL_DISTRO_NAME: 'Ubuntu' }, true],
    ['a server', 'linux', {}, false],
    ['a Mac over SSH', 'darwin', { SSH_CONNECTION: '1 2 3 4' }, false],
    ['a server over SSH with X11', 'linux', { SSH_TTY: '/dev/pts/1', DISPLAY: 'localhost:10.0' }, false],
    ['a server over SSH with BROWSER', 'linux', { SSH_TTY: '/dev/pts/1', BROWSER: 'code --open-url' }, true],
    ['a Mac with BROWSER=none', 'darwin', { BROWSER: 'none' }, false],
  ])('on %s', (_, platform, env, expected) => {
    expect(canOpenBrowser({ platform, env })).toBe(expected);
  });

  it.each<[string, NodeJS.Platform, NodeJS.ProcessEnv, string[][]]>([
    ['the platform', 'darwin', {}, [['open', url]]],
    ['the platform', 'linux', {}, [['xdg-open', url]]],
    ['the platform, past cmd.exe', 'win32', {}, [['rundll32', 'url.dll,FileProtocolHandler', url]]],
    ['BROWSER', 'linux', { BROWSER: 'firefox' }, [['firefox', url]]],
    ['BROWSER with arguments', 'linux', { BROWSER: 'firefox -P test' }, [['firefox', '-P', 'test', url]]],
    ['BROWSER with %s', 'linux', { BROWSER: 'see --url=%s -q' }, [['see', `--url=${url}`, '-q']]],
    [
      'BROWSER as a list',
      'linux',
      { BROWSER: 'one:two' },
      [
        ['one', url],
        ['two', url],
      ],
    ],
    ['a path with spaces', 'linux', { BROWSER: import.meta.dirname }, [[import.meta.dirname, url]]],
    ['nobody', 'linux', { BROWSER: 'none' }, []],
  ])('is opened by %s (%s, %j)', (_, platform, env, expected) => {
    expect(browserCommands(url, { platform, env })).toEqual(expected);
  });

  it('that fails gives way to the next one; none left is said', async () => {
    expect(await openBrowser(url, linux({ BROWSER: 'no-such-browser:true' }))).toBe(true);
    expect(await openBrowser(url, linux({ BROWSER: 'no-such-browser:false' }))).toBe(false);
  });
});

describe('the clipboard', () => {
  it.each<[NodeJS.Platform, NodeJS.ProcessEnv, string[]]>([
    ['darwin', {}, ['pbcopy']],
    ['win32', {}, ['clip']],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0' }, ['wl-copy', 'xclip', 'xsel']],
    ['linux', { DISPLAY: ':0' }, ['xclip', 'xsel']],
    ['linux', { WSL_DISTRO_NAME: 'Ubuntu' }, ['clip.exe']],
    ['linux', {}, []],
  ])('on %s with %j', (platform, env, expected) => {
    expect(clipboardCommands({ platform, env }).map(([file]) => file)).toEqual(expected);
  });

  it('is missing: exit 2 says what to install', () => {
    const none = (): unknown => findClipboard(linux({ DISPLAY: ':0', PATH: '/nowhere' }));
    expect(none).toThrow(expect.objectContaining({ code: 'usage', exit: 2 }) as Error);
  });

  it('that refuses is said', async () => {
    const bin = mkdtempSync(path.join(tmpdir(), 'add-auth-clipboard-'));
    writeFileSync(path.join(bin, 'xclip'), '#!/bin/sh\nexit 1\n');
    chmodSync(path.join(bin, 'xclip'), 0o755);
    const host = linux({ DISPLAY: ':0', PATH: bin });
    const before = process.env['PATH'];
    process.env['PATH'] = `${bin}${path.delimiter}${before}`;
    await expect(findClipboard(host)('text')).rejects.toMatchObject({ code: 'not-writable', exit: 1 });
    process.env['PATH'] = before;
    rmSync(bin, { recursive: true });
  });
});
