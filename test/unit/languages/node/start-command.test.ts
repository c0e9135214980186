import { describe, expect, it } from 'vitest';
import { startCommand } from '../../../../src/languages/node/start-command.ts';
import type { StartCommand } from '../../../../src/types.ts';

const commandOf = (
  scripts: Record<string, string>,
  { language = 'typescript' as 'typescript' | 'javascript', manager = 'npm' as 'npm' | 'pnpm' } = {},
): StartCommand => {
  type Input = Parameters<typeof startCommand>;
  const snapshot = { manifest: { scripts }, packageManager: { name: manager } } as unknown as Input[0];
  return startCommand(snapshot, { entry: `src/server.${language === 'typescript' ? 'ts' : 'js'}`, language });
};

describe('the command that starts a server', () => {
  it('is a script of package.json, the likeliest for HTTP first', () => {
    expect(commandOf({ start: 'tsx src/stdio.ts', 'start:http': 'tsx src/server.ts' })).toEqual({
      start: 'npm run start:http',
    });
    expect(commandOf({ dev: 'tsx watch src/server.ts' }, { manager: 'pnpm' })).toEqual({ start: 'pnpm run dev' });
  });

  it('is the runtime itself where there is no script', () => {
    expect(commandOf({}).start).toBe('npx tsx src/server.ts');
    expect(commandOf({}, { language: 'javascript' }).start).toBe('node src/server.js');
  });

  it.each(['node dist/server.js', 'node build/index.js', 'NODE_ENV=production node --enable-source-maps dist/a.mjs'])(
    'needs a build before %s, or the server from before the change would run',
    (start) => {
      expect(commandOf({ start, build: 'tsc' })).toEqual({ start: 'npm start', build: 'npm run build' });
    },
  );

  it('needs one before next start, in JavaScript too', () => {
    const scripts = { start: 'next start', build: 'next build' };
    expect(commandOf(scripts, { language: 'javascript' }).build).toBe('npm run build');
  });

  it.each([
    ['the sources run', { start: 'tsx src/server.ts', build: 'tsc' }],
    ['the script builds', { start: 'tsc && node dist/server.js', build: 'tsc' }],
    ['the script calls the build', { start: 'npm run build && node dist/server.js', build: 'tsc' }],
    ['npm builds before it', { prestart: 'tsc', start: 'node dist/server.js', build: 'tsc' }],
    ['nobody says how', { start: 'node dist/server.js' }],
  ])('needs none when %s', (_why, scripts) => {
    expect(commandOf(scripts)).toEqual({ start: 'npm start' });
  });

  it('needs none for JavaScript, which runs as it is written', () => {
    expect(commandOf({ start: 'node src/server.js', build: 'webpack' }, { language: 'javascript' })).toEqual({
      start: 'npm start',
    });
  });
});
