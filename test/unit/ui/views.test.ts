import { NO_WISHES } from '../../../src/providers/types.ts';
import { describe, expect, it } from 'vitest';
import type { AddOptions } from '../../../src/commands/options.ts';
import { commandLine } from '../../../src/ui/command-line.ts';
import { renderDiffs } from '../../../src/ui/diff-view.ts';
import { nextCommands, nextSteps, renderNext } from '../../../src/ui/next.ts';
import { renderPlan } from '../../../src/ui/plan-view.ts';
import { createStyle } from '../../../src/ui/style.ts';
import { examplePlan } from './plan.ts';

const plain = createStyle(false);

describe('the plan on screen', () => {
  it('names what was found, who may call what, what changes, and no secret', () => {
    expect(renderPlan({ plan: examplePlan() }, plain)).toBe(
      [
        'Server',
        '  express server in TypeScript, src/server.ts',
        '  streamable-http at /mcp, @modelcontextprotocol/sdk 1.32.2',
        '  2 tools: search-tasks, ping',
        '',
        'Provider',
        '  local, issuer http://localhost:9400',
        '  resource http://localhost:3000/mcp',
        '',
        'Scopes',
        '  search-tasks  read:tasks',
        '  ping          public: no token needed',
        '',
        'Files',
        '  M src/server.ts        +1  hangs in the gate',
        '  A src/auth/gate.ts     +1  the decision on each request',
        '',
        'Install',
        '  jose@^6',
        '',
        'Environment',
        '  MCP_RESOURCE_URL=http://localhost:3000/mcp',
        '  CLIENT_SECRET=…',
        '',
        'At the provider',
        '  keep   nothing',
      ].join('\n'),
    );
  });

  it('says what a first install does', () => {
    const install = (isFirst: boolean): string => {
      const text = renderPlan({ plan: examplePlan({ installer: { name: 'pnpm', isFirst } }) }, plain);
      return text.slice(text.indexOf('Install'), text.indexOf('\n\nEnvironment'));
    };
    expect(install(true)).toBe(
      'Install\n  jose@^6\n  nothing is installed yet, so pnpm installs every package and runs their scripts and yours',
    );
    expect(install(false)).toBe('Install\n  jose@^6');
  });

  it('says what the files are for that no edit stands for', () => {
    const view = { plan: examplePlan(), files: [{ path: '.gitignore', before: '', after: '.env\n' }] };
    expect(renderPlan(view, plain)).toContain('M .gitignore     +1  keeps secrets and the journal out of git');
  });

  it('shows tools that cannot be named and steps that are left', () => {
    const { detection } = examplePlan();
    const unresolvedTools = [{ file: 'a.ts', line: 3, expression: 'name + suffix', reason: 'x' }];
    const text = renderPlan(
      {
        plan: examplePlan({
          detection: { ...detection, unresolvedTools },
          manual: [{ what: 'Do', snippet: 'a\n\nb' }],
        }),
      },
      plain,
    );
    expect(text).toContain('2 tools: search-tasks, ping\n  and 1 whose names only show at run time\n');
    expect(text).toContain('Left for you\n  Do\n\n      a\n\n      b\n');
  });
});

describe('diffs', () => {
  const long = 'line\n'.repeat(100);
  const view = {
    plan: examplePlan(),
    files: [
      { path: 'new.ts', before: null, after: long },
      { path: 'old.ts', before: long, after: long.replaceAll('line', 'LINE') },
    ],
  };

  it('show what happens to code that was there, and new files when asked to', () => {
    const text = renderDiffs(view, plain);
    expect(text.match(/^\+LINE$/gm)).toHaveLength(100);
    expect(text).not.toContain('+line');
    expect(text).toContain('1 new file; --dry-run shows the content.');
    expect(renderDiffs(view, plain, { full: true }).match(/^\+line$/gm)).toHaveLength(100);
  });

  it('are coloured when colour is allowed', () => {
    expect(renderDiffs({ plan: examplePlan() }, createStyle(true))).toContain('\x1b[32m+protect();\x1b[39m');
    expect(renderDiffs({ plan: examplePlan() }, plain)).not.toContain('\x1b');
  });
});

describe('what to do next', () => {
  const input = {
    provider: 'local',
    resource: 'http://localhost:3000/mcp',
    start: 'npm start',
    name: 'tasks',
    dir: '.',
  };

  it('starts the server, beside the local authorization server where there is one', () => {
    expect(nextCommands(input)).toEqual([
      'npx add-auth@latest dev -- npm start',
      'npx add-auth@latest doctor http://localhost:3000/mcp',
      'npx @modelcontextprotocol/inspector',
      'claude mcp add --transport http tasks http://localhost:3000/mcp',
    ]);
    expect(nextCommands({ ...input, provider: 'custom', dir: 'my server' }).slice(0, 2)).toEqual([
      "cd 'my server'",
      'npm start',
    ]);
  });

  it('builds first what is started from its output', () => {
    expect(nextCommands({ ...input, build: 'npm run build' }).slice(0, 2)).toEqual([
      'npm run build',
      'npx add-auth@latest dev -- npm start',
    ]);
  });

  it('names the legacy transport to clients that have to be told', () => {
    const sse = { ...input, resource: 'http://localhost:3000/sse', sseOnly: true };
    expect(nextCommands(sse)).toContain('claude mcp add --transport sse tasks http://localhost:3000/sse');
    const text = renderNext('Next', nextSteps(sse), plain);
    expect(text).toContain('MCP Inspector (SSE, then Connect)');
    expect(text).toContain('{"servers":{"tasks":{"type":"sse","url":"http://localhost:3000/sse"}}}');
  });

  it('sends nobody to clients that would have to register where none can', () => {
    const typed = { ...input, provider: 'okta', typesClientIds: true };
    expect(nextCommands(typed)).toEqual([
      'npm start',
      'npx add-auth@latest doctor http://localhost:3000/mcp',
      'npx add-auth@latest token',
    ]);
    const text = renderNext('Next', nextSteps(typed), plain);
    expect(text).toContain('type a client id into each');
    expect(text).not.toMatch(/claude mcp add|inspector|mcp\.json/);
  });

  it('says that clients on the web need a public URL', () => {
    const nested = { ...input, resource: 'http://localhost:3000/api/v1/mcp' };
    const line =
      'needs a public https URL: deploy, then run add-auth again with --resource https://your-host/api/v1/mcp';
    expect(renderNext('Next', nextSteps(nested), plain)).toContain(line);
    const deployed = renderNext('Next', nextSteps({ ...input, resource: 'https://mcp.example.com/mcp' }), plain);
    expect(deployed).not.toContain('needs a public https URL');
  });
});

describe('the command line that does the same', () => {
  const options: AddOptions = {
    dir: '.',
    toolScopes: {},
    publicTools: [],
    wishes: NO_WISHES,
    addHttp: false,
    dryRun: false,
    yes: false,
    provision: true,
    install: true,
    verify: true,
    force: false,
    json: false,
  };

  it('leaves out what is default and asks nothing', () => {
    expect(commandLine({ ...options, provider: 'local' })).toBe('npx add-auth@latest --provider local --yes');
  });

  it('quotes what a shell would take apart', () => {
    const all: AddOptions = {
      ...options,
      dir: 'my dir',
      audience: "it's",
      toolScopes: { a: ['x', 'y'] },
      publicTools: ['$b'],
      install: false,
      force: true,
    };
    expect(commandLine(all)).toBe(
      `npx add-auth@latest 'my dir' --audience 'it'\\''s' --tool-scope a=x,y --public '$b' --no-install --force --yes`,
    );
  });
});
