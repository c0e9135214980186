import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyPlan, buildChanges, planRemoval, remove } from '../../../src/apply/index.ts';
import { addDependencies } from '../../../src/edit/manifest.ts';
import type { Edit, EnvVar } from '../../../src/types.ts';
import { contentOf, makeProject, readText, writeFiles } from './project.ts';

const SERVER = "import { x } from 'x';\n\nconst app = x();\n\napp.listen();\n";
const PROTECTED = SERVER.replace('\n\nconst', "\nimport { protectMcp } from './auth/express.js';\n\nconst").replace(
  'x();\n',
  "x();\nprotectMcp(app, ['/mcp']);\n",
);

const OLD = {
  'src/server.ts': SERVER,
  'package.json': '{\n  "name": "tasks",\n  "dependencies": {\n    "express": "^5"\n  }\n}\n',
  '.env': 'TOKEN=secret',
  '.gitignore': 'node_modules\n',
};

const env: EnvVar[] = [{ name: 'MCP_RESOURCE_URL', value: 'http://localhost:3000/mcp', comment: 'as clients type it' }];

const edits: Edit[] = [
  { path: 'src/server.ts', why: '', kind: 'modify', before: SERVER, after: PROTECTED },
  { path: 'src/auth/gate.ts', why: '', kind: 'create', before: null, after: 'gate\n' },
  { path: 'src/auth/scopes.ts', why: '', kind: 'create', before: null, after: 'scopes\n' },
];

/** What a run changes in a project now. */
function changesFor(root: string, wanted: Edit[] = edits) {
  const read = (file: string): Buffer | null => {
    const absolute = path.join(root, file);
    return fs.existsSync(absolute) ? fs.readFileSync(absolute) : null;
  };
  const present = wanted.filter((edit) => edit.kind === 'skip' || read(edit.path)?.toString() !== edit.after);
  const record = {
    provider: 'local',
    resource: 'r',
    audience: 'r',
    scopes: [],
    toolScopes: {},
    publicTools: [],
    baseScopes: [],
    remote: {},
  };
  const { text } = addDependencies(read('package.json')?.toString() ?? '', [{ name: 'jose', range: '^6' }]);
  const manifests = [{ path: 'package.json', text }];
  return buildChanges({ edits: present, read, env, settings: '.env', manifests, record, version: '1.0.0' });
}

/** A project that a run has protected. */
async function protectedProject(files: Record<string, string> = OLD): Promise<string> {
  const root = makeProject(files);
  const install = {
    tracked: ['package-lock.json'],
    run: async () => fs.writeFileSync(path.join(root, 'package-lock.json'), 'lock with jose\n'),
  };
  await applyPlan(root, changesFor(root).files, { install });
  return root;
}

function edit(root: string, name: string, change: (text: string) => string): void {
  writeFiles(root, { [name]: change(readText(root, name)) });
}

describe('a run', () => {
  it('writes .env last', () => {
    const paths = changesFor(makeProject(OLD)).files.map(({ path: file }) => file);
    expect(paths.at(-1)).toBe('.env');
    expect(paths).toContain('.mcp-builder/state.json');
  });

  it('changes nothing when it comes again', async () => {
    const root = await protectedProject();
    expect(changesFor(root).files).toEqual([]);
  });

  it('puts no secrets into the state file or the example', async () => {
    const root = makeProject(OLD);
    const secret: EnvVar = { name: 'KEY', value: 'very-secret', secret: true };
    const { files } = buildChanges({ ...inputOf(root), env: [secret] });
    await applyPlan(root, files);
    expect(readText(root, '.env')).toContain('KEY=very-secret');
    expect(readText(root, '.env.example')).toContain('KEY=\n');
    expect(readText(root, '.mcp-builder/state.json')).not.toContain('secret');
  });
});

function inputOf(root: string) {
  const read = (file: string): Buffer | null =>
    fs.existsSync(path.join(root, file)) ? fs.readFileSync(path.join(root, file)) : null;
  const record = {
    provider: 'local',
    resource: 'r',
    audience: 'r',
    scopes: [],
    toolScopes: {},
    publicTools: [],
    baseScopes: [],
    remote: {},
  };
  return { edits: [], read, env, settings: '.env' as const, manifests: [], record, version: '1.0.0' };
}

describe('removing from a project that nobody has touched since', () => {
  it.each([
    ['with all kinds of files', OLD],
    ['with only a manifest and a server', { 'src/server.ts': SERVER, 'package.json': '{}' }],
    ['with the state of another tool', { ...OLD, '.mcp-builder/state.json': '{\r\n\t"other": [1,2]\r\n}' }],
    [
      'with Windows line endings and no last newline',
      { ...OLD, '.gitignore': 'a\r\nb', '.env': '\uFEFFA=1\r\nB="x\r\ny"' },
    ],
  ])('gives back every byte, %s', async (_, files) => {
    const old = contentOf(makeProject(files));
    const root = await protectedProject(files);
    await remove(root);
    expect(contentOf(root)).toEqual(old);
    expect(fs.existsSync(path.join(root, '.mcp-builder/add-auth'))).toBe(false);
  });

  it('gives back the bytes from before the first of several runs', async () => {
    const old = contentOf(makeProject(OLD));
    const root = await protectedProject();
    const second = PROTECTED.replace("['/mcp']", "['/mcp', '/sse']");
    const again: Edit[] = [{ path: 'src/server.ts', why: '', kind: 'modify', before: PROTECTED, after: second }];
    await applyPlan(root, changesFor(root, again).files);
    expect(readText(root, 'src/server.ts')).toBe(second);
    await remove(root);
    expect(contentOf(root)).toEqual(old);
  });

  it('does nothing in a project that has no add-auth', async () => {
    const root = makeProject(OLD);
    const old = contentOf(root);
    expect((await remove(root)).changes).toEqual([]);
    expect(contentOf(root)).toEqual(old);
    expect(fs.existsSync(path.join(root, '.mcp-builder'))).toBe(false);
  });

  it('says which files are exactly as the run left them', async () => {
    const root = await protectedProject();
    edit(root, 'src/server.ts', (text) => `// mine\n${text}`);
    const { untouched } = planRemoval(root);
    expect(untouched.has('src/server.ts')).toBe(false);
    expect(untouched).toContain('package-lock.json');
    expect(untouched).toContain('.env');
  });
});

describe('removing from a project that was edited since', () => {
  it('takes out only our lines', async () => {
    const root = await protectedProject();
    edit(root, 'src/server.ts', (text) => `// mine\n${text}more();\n`);
    edit(root, 'package.json', (text) => text.replace('"jose": "^6"', '"jose": "^6",\n    "zod": "^4"'));
    edit(root, '.gitignore', (text) => `${text}dist\n`);
    edit(root, '.env', (text) => `${text}PORT=1\n`);
    edit(root, '.env.example', (text) => `${text}PORT=\n`);
    await remove(root);
    expect(readText(root, 'src/server.ts')).toBe(`// mine\n${SERVER}more();\n`);
    expect(readText(root, 'package.json')).toBe(OLD['package.json'].replace('"^5"', '"^5",\n    "zod": "^4"'));
    expect(readText(root, '.gitignore')).toBe('node_modules\ndist\n');
    expect(readText(root, '.env')).toBe('TOKEN=secret\nPORT=1\n');
    expect(readText(root, '.env.example')).toBe('PORT=\n');
  });

  it('takes out our key also when its value was changed', async () => {
    const root = await protectedProject();
    edit(root, '.env', (text) => text.replace('http://localhost:3000', 'https://mine.example'));
    await remove(root);
    expect(readText(root, '.env').trimEnd()).toBe('TOKEN=secret');
  });

  it('keeps an edit that was made between two runs', async () => {
    const root = await protectedProject();
    edit(root, 'src/server.ts', (text) => `// mine\n${text}`);
    const before = readText(root, 'src/server.ts');
    const after = before.replace("['/mcp']", "['/mcp', '/sse']");
    await applyPlan(root, changesFor(root, [{ path: 'src/server.ts', why: '', kind: 'modify', before, after }]).files);
    await remove(root);
    expect(readText(root, 'src/server.ts')).toBe(`// mine\n${SERVER}`);
  });

  it('keeps what other tools put into the state file meanwhile', async () => {
    const root = await protectedProject();
    edit(root, '.mcp-builder/state.json', (text) => text.replace('{\n', '{\n  "other": 1,\n'));
    await remove(root);
    expect(JSON.parse(readText(root, '.mcp-builder/state.json'))).toEqual({ other: 1 });
  });

  it('leaves a lock file that has moved on, and says so', async () => {
    const root = await protectedProject();
    edit(root, 'package-lock.json', () => 'another lock\n');
    const { notes } = await remove(root);
    expect(readText(root, 'package-lock.json')).toBe('another lock\n');
    expect(notes.join()).toContain('package-lock.json');
  });

  it('is refused, with the patch, when an edit is in our very lines', async () => {
    const root = await protectedProject();
    edit(root, 'src/server.ts', (text) => text.replace("['/mcp']", "['/mcp', '/other']"));
    const now = contentOf(root);
    const error: unknown = await remove(root).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'manual-step',
      manual: [{ snippet: expect.stringContaining('-protectMcp(app') }],
    });
    expect(contentOf(root)).toEqual(now);
  });

  it('does not delete a generated file with edits, unless git has them or it is forced', async () => {
    const root = await protectedProject();
    edit(root, 'src/auth/scopes.ts', () => 'my scopes\n');
    await expect(remove(root)).rejects.toMatchObject({ code: 'manual-step' });
    expect(() => planRemoval(root, { isSaved: () => true })).not.toThrow();
    await remove(root, { force: true });
    expect(fs.existsSync(path.join(root, 'src/auth'))).toBe(false);
    expect(readText(root, 'src/server.ts')).toBe(SERVER);
  });

  it('leaves files in our directory that are not ours', async () => {
    const root = await protectedProject();
    writeFiles(root, { 'src/auth/mine.ts': 'mine\n' });
    await remove(root);
    expect(fs.readdirSync(path.join(root, 'src/auth'))).toEqual(['mine.ts']);
  });

  it('does not bring back what somebody deleted', async () => {
    const root = await protectedProject();
    fs.rmSync(path.join(root, 'src'), { recursive: true });
    await remove(root);
    expect(fs.existsSync(path.join(root, 'src'))).toBe(false);
  });
});

describe('removing from a clone, where the bytes from before are not', () => {
  async function clone(): Promise<string> {
    const root = await protectedProject();
    fs.rmSync(path.join(root, '.mcp-builder/add-auth'), { recursive: true });
    return root;
  }

  it('is refused as long as a source file holds our lines', async () => {
    const root = await clone();
    const now = contentOf(root);
    await expect(remove(root)).rejects.toMatchObject({ code: 'manual-step' });
    expect(contentOf(root)).toEqual(now);
  });

  it('takes out the rest once they are gone', async () => {
    const root = await clone();
    writeFiles(root, { 'src/server.ts': SERVER });
    await remove(root);
    expect(fs.existsSync(path.join(root, 'src/auth/gate.ts'))).toBe(false);
    expect(fs.existsSync(path.join(root, '.mcp-builder'))).toBe(false);
    expect(readText(root, '.env')).not.toContain('MCP_RESOURCE_URL');
  });

  it('does not take the first run in the clone for the first of all', async () => {
    const root = await clone();
    const after = PROTECTED.replace("['/mcp']", "['/mcp', '/sse']");
    const again: Edit[] = [{ path: 'src/server.ts', why: '', kind: 'modify', before: PROTECTED, after }];
    await applyPlan(root, changesFor(root, again).files);
    await expect(remove(root)).rejects.toMatchObject({ code: 'manual-step' });
    expect(readText(root, 'src/server.ts')).toBe(after);
  });
});
