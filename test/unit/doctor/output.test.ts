import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/parse.ts';
import { doctor } from '../../../src/commands/doctor.ts';
import type { DoctorOptions } from '../../../src/commands/doctor-options.ts';
import { renderDiagnosis } from '../../../src/ui/doctor-text.ts';
import type { CheckResult } from '../../../src/doctor/types.ts';
import { createStyle } from '../../../src/ui/style.ts';
import { createUi } from '../../../src/ui/index.ts';
import { Bench } from '../../fakes/doctor/bench.ts';

let bench: Bench;
let dir: string;
beforeAll(async () => {
  bench = await Bench.start();
  dir = mkdtempSync(path.join(tmpdir(), 'add-auth-doctor-'));
});
beforeEach(() => bench.reset());
afterAll(async () => {
  await bench.close();
  rmSync(dir, { recursive: true, force: true });
});

const DEFAULTS: Omit<DoctorOptions, 'target'> = {
  register: false,
  login: false,
  watch: false,
  fix: false,
  yes: false,
  strict: false,
  verbose: false,
  timeout: 3000,
  json: false,
};

async function run(options: Partial<DoctorOptions> = {}): Promise<{ exit: number; text: string; json: unknown }> {
  let text = '';
  const sink = { write: (chunk: string) => ((text += chunk), true) } as unknown as NodeJS.WritableStream;
  const mode = { interactive: false, json: false, color: false, colorOut: false };
  const io = { mode, ui: createUi(mode, { out: sink, err: sink }) };
  const { exit, json } = await doctor({ ...DEFAULTS, target: bench.url, ...options }, io);
  return { exit, text, json };
}

describe('what people see', () => {
  it('begins with the cause, the evidence in words, and the change to make', async () => {
    bench.metadata['issuer'] = `${bench.issuer}/`;
    const { exit, text } = await run();
    const [first, second, third] = text.split('\n');
    expect(exit).toBe(1);
    expect(first).toBe('┌ ✖ as.issuer  The issuer is the same in both documents');
    expect(second).toContain(`The server names ${bench.issuer}, its metadata say ${bench.issuer}/`);
    expect(text.split('\n').slice(0, 5).join(' ')).toContain(`Fix: Set authorization_servers`);
    expect(third).not.toBe('');
  });

  it('has one line a check, grouped, and says who can connect', async () => {
    const { exit, text } = await run();
    expect(exit).toBe(0);
    expect(text).toContain('\nAuthorization server\n  ✔ as.reachable');
    expect(text).toContain('✔ Claude Code');
    expect(text).toContain('○ ChatGPT         ChatGPT needs a public https URL.');
    expect(text).toMatch(/\d+ ok, \d+ not checked\n$/);
  });

  it('shows with a warning what to do about it, also beside a failure', async () => {
    bench.challenge['scope'] = 'read:tasks offline_access';
    bench.metadata['issuer'] = `${bench.issuer}/`;
    expect((await run()).text).toContain('Leave it out: scope="read:tasks"');
  });

  it('with --verbose also what was not checked, and every exchange without secrets', async () => {
    const token = await bench.token();
    const { text } = await run({ verbose: true, token });
    expect(text).toContain('○ src.mount');
    expect(text).toContain(`POST ${bench.url}`);
    expect(text).toContain('> authorization: ***');
    expect(text).not.toContain(token.split('.')[2]);
  });

  it('keeps control characters of a server away from the terminal', async () => {
    bench.hooks.prm = () => ({ status: 200, headers: {}, body: '{"\u001b]0;x\u0007' });
    const { text } = await run({ verbose: true });
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u0007');
  });
});

describe('a fix', () => {
  it('that is a diff stays one', () => {
    const fix = "- apiKey: '***'\n+ apiKey: process.env.API_KEY\nPut it into .env.";
    const check: CheckResult = { id: 'env.secrets', group: 'env', title: '', status: 'fail', detail: 'A secret.', fix };
    const target = { kind: 'project', value: '.' } as const;
    const text = renderDiagnosis(
      { target, checks: [check], rootCauses: ['env.secrets'] },
      { style: createStyle(false), verbose: false },
    );
    expect(text).toContain(
      "\n│ Fix: - apiKey: '***'\n│      + apiKey: process.env.API_KEY\n│      Put it into .env.\n",
    );
  });
});

describe('exit codes', () => {
  it('warnings count with --strict only', async () => {
    bench.challenge['scope'] = 'read:tasks offline_access';
    expect((await run()).exit).toBe(0);
    expect((await run({ strict: true })).exit).toBe(1);
  });

  it('a doctor that could not look is not well', async () => {
    const empty = mkdtempSync(path.join(dir, 'empty-'));
    writeFileSync(path.join(empty, 'package.json'), '{}');
    const { exit, text, json } = await run({ target: empty });
    expect(exit).toBe(1);
    expect(text).toContain('Nothing could be looked at');
    expect(json).toMatchObject({
      error: {
        code: 'verification-failed',
        message: expect.stringContaining('Nothing could be looked at') as string,
        fix: expect.stringContaining('add-auth doctor URL') as string,
      },
    });
  });

  it('a server that does not answer is a problem with a fix', async () => {
    const { exit, text } = await run({ target: 'http://127.0.0.1:5399/mcp' });
    expect(exit).toBe(1);
    expect(text).toContain('✖ net.reach');
    expect(text).toContain('Start the server');
  });
});

describe('files', () => {
  it('--junit is one test case a check', async () => {
    bench.metadata['issuer'] = `${bench.issuer}/<&>`;
    const file = path.join(dir, 'doctor.xml');
    await run({ junit: file });
    const xml = readFileSync(file, 'utf8');
    expect(xml).toContain('failures="1"');
    expect(xml).toContain('<testcase classname="doctor.as" name="as.issuer"><failure');
    expect(xml).toContain('&lt;&amp;&gt;');
    expect(xml).not.toContain('<&>');
  });

  it('--report is one page that loads nothing', async () => {
    bench.prm['resource'] = '<script>alert(1)</script>';
    const file = path.join(dir, 'doctor.html');
    await run({ report: file, token: await bench.token() });
    const html = readFileSync(file, 'utf8');
    expect(html).toContain('prm.resource');
    expect(html).not.toMatch(/<script|src=|href=/);
    expect(html).not.toContain((await bench.token()).split('.')[1]);
  });

  it('says when it cannot write', async () => {
    await expect(run({ report: path.join(dir, 'no', 'such', 'x.html') })).rejects.toMatchObject({
      code: 'not-writable',
    });
  });
});

describe('--token', () => {
  it('reads a file, and takes away what people copy along', async () => {
    const file = path.join(dir, 'token');
    writeFileSync(file, `Bearer ${await bench.token()}\n`);
    const { json } = await run({ token: `@${file}` });
    const { checks } = json as { checks: { id: string; status: string }[] };
    expect(checks.find(({ id }) => id === 'rs.accepts')?.status).toBe('pass');
  });

  it.each([`@/no/such/file`, 'two words'])('refuses %s', async (token) => {
    await expect(run({ token })).rejects.toMatchObject({ code: 'invalid-option' });
  });
});

describe('the command line', () => {
  const parse = (...args: string[]): unknown => parseArguments(['doctor', ...args], '0.0.0');

  it.each([
    [['ftp://h/mcp'], 'invalid-url'],
    [['localhost:4899'], 'invalid-url'],
    [['https://h/mcp', '--client', 'netscape'], 'invalid-option'],
    [['--timeout', 'soon'], 'usage'],
    [['--nonsense'], 'usage'],
  ])('%j is wrong usage', (args, code) => {
    expect(() => parse(...args)).toThrow(expect.objectContaining({ code, exit: 2 }) as Error);
  });

  it.each([
    ['localhost:4899', 'http://localhost:4899/mcp'],
    ['127.0.0.1:3000/api/mcp', 'http://127.0.0.1:3000/api/mcp'],
    ['mcp.example.com', 'https://mcp.example.com/mcp'],
  ])('suggests for %s the URL %s', (given, url) => {
    expect(() => parse(given)).toThrow(expect.objectContaining({ fix: `Run add-auth doctor ${url}` }) as Error);
  });

  it('takes a URL or a directory, and other names of clients', () => {
    expect(parse('https://h/mcp', '--client', 'gemini-cli')).toMatchObject({
      command: 'doctor',
      options: { dir: '.' },
    });
    expect(parse('server')).toMatchObject({ options: { dir: 'server', json: false } });
  });
});
