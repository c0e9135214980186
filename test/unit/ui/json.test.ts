import { describe, expect, it } from 'vitest';
import { changedFiles, manualSteps, planToJson } from '../../../src/ui/json.ts';
import { examplePlan } from './plan.ts';

describe('the document of add-auth --json', () => {
  it('has the shape that the contract fixes', () => {
    const json = planToJson({ plan: examplePlan() }, { dryRun: true, next: ['npm start'] });
    expect(json).toEqual({
      dryRun: true,
      project: {
        root: '.',
        language: 'typescript',
        framework: 'express',
        package: { name: '@modelcontextprotocol/sdk', version: '1.32.2' },
        transports: ['streamable-http'],
        entry: 'src/server.ts',
        endpoint: '/mcp',
        tools: [
          { name: 'search-tasks', file: 'src/server.ts', line: 12 },
          { name: 'ping', file: 'src/server.ts', line: 20 },
        ],
        auth: 'none',
      },
      provider: {
        name: 'local',
        issuer: 'http://localhost:9400',
        audience: 'http://localhost:3000/mcp',
        resource: 'http://localhost:3000/mcp',
      },
      scopes: ['read:tasks'],
      toolScopes: { 'search-tasks': ['read:tasks'] },
      publicTools: ['ping'],
      changes: {
        files: [
          {
            path: 'src/server.ts',
            action: 'modify',
            added: 1,
            removed: 0,
            diff: '--- a/src/server.ts\n+++ b/src/server.ts\n@@ -1,2 +1,3 @@\n a;\n+protect();\n b;\n',
          },
          {
            path: 'src/auth/gate.ts',
            action: 'create',
            added: 1,
            removed: 0,
            diff: '--- /dev/null\n+++ b/src/auth/gate.ts\n@@ -0,0 +1,1 @@\n+gate;\n',
          },
        ],
        remote: [{ id: 'local.none', action: 'keep', summary: 'nothing' }],
        install: ['jose@^6'],
        env: ['MCP_RESOURCE_URL', 'CLIENT_SECRET'],
      },
      manual: [],
      next: ['npm start'],
    });
  });
});

describe('changed files', () => {
  const plan = examplePlan();

  it('are those that differ, bytes and deletions included', () => {
    const files = [
      { path: 'same', before: 'x', after: Buffer.from('x') },
      { path: 'gone', before: Buffer.from('x\n'), after: null },
      { path: 'empty', before: null, after: '' },
    ];
    expect(changedFiles({ plan, files }).map(({ path, action }) => [path, action])).toEqual([
      ['gone', 'delete'],
      ['empty', 'create'],
    ]);
  });

  it('show no secret of a .env file, changed or not, and count it all the same', () => {
    const before = 'A=1\n#OLD_KEY=shown-never\n# a remark\nexport TOKEN=abc\nPEM="-----BEGIN\nMIIabc=\n-----END"\n';
    const after = `${before}MCP_RESOURCE_URL=http://localhost:3000/mcp\nCLIENT_SECRET=hush\n`;
    const [file] = changedFiles({ plan, files: [{ path: 'app/.env', before, after }] });
    expect(file).toMatchObject({ added: 2, removed: 0 });
    expect(file?.diff).not.toMatch(/abc|hush|BEGIN|shown-never/);
    expect(file?.diff).toContain('+MCP_RESOURCE_URL=http://localhost:3000/mcp\n+CLIENT_SECRET=…\n');
    const whole = changedFiles({ plan, files: [{ path: '.env', before, after: null }] })[0]?.diff;
    expect(whole).not.toMatch(/=1|abc|BEGIN|shown-never/);
    expect(whole).toContain('-# a remark\n-export TOKEN=…');
  });

  it('show samples as they are', () => {
    const [file] = changedFiles({ plan, files: [{ path: '.env.example', before: null, after: 'A=sample\n' }] });
    expect(file?.diff).toContain('+A=sample');
  });

  it('keep the remark about a missing newline', () => {
    const [file] = changedFiles({ plan, files: [{ path: '.env', before: 'A=1', after: 'A=1\nB=2\n' }] });
    expect(file?.diff).toContain('\\ No newline at end of file');
  });
});

it('what is left for a person is listed once, refused edits included', () => {
  const plan = examplePlan({
    edits: [{ kind: 'skip', path: 'a.ts', why: 'w', reason: 'not understood', snippet: 'protect(app)' }],
    manual: [{ what: 'Paste this', snippet: 'protect(app)' }],
  });
  expect(manualSteps(plan)).toEqual([{ what: 'Paste this', snippet: 'protect(app)' }]);
  expect(manualSteps({ ...plan, manual: [] })).toEqual([{ what: 'a.ts: not understood', snippet: 'protect(app)' }]);
});
