import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { decideMode, type ModeInput } from '../../../src/mode.ts';
import { createUi } from '../../../src/ui/index.ts';
import { editScopes, problemOfScopes, tableRows, withRow } from '../../../src/ui/scopes-table.ts';

function terminal(input: ModeInput = {}) {
  const written = { out: '', err: '' };
  const stream = (name: 'out' | 'err') =>
    new Writable({
      write(chunk: Buffer, _, done) {
        written[name] += chunk.toString();
        done();
      },
    });
  const mode = decideMode({
    env: {},
    stdinIsTTY: false,
    stdoutIsTTY: false,
    stderrIsTTY: false,
    agent: false,
    ...input,
  });
  return { ui: createUi(mode, { out: stream('out'), err: stream('err') }), written };
}

describe('streams', () => {
  it('messages go to stderr, results to stdout', () => {
    const { ui, written } = terminal();
    ui.info('info');
    ui.warn('warn', 'fix it');
    ui.success('done');
    ui.spinner('work').stop();
    ui.result('plan');
    expect(written).toEqual({ out: 'plan\n', err: 'info\n! warn\n  fix it\n✔ done\n· work\n✔ work\n' });
  });

  it('under --json stdout is left to the document', () => {
    const { ui, written } = terminal({ json: true });
    ui.result('plan');
    ui.stdout('{}');
    expect(written).toEqual({ out: '{}\n', err: 'plan\n' });
  });

  it('an error shows its fix and the snippets that are left', () => {
    const { ui, written } = terminal();
    ui.error({ message: 'No.', fix: 'Do this.', manual: [{ what: 'Paste', snippet: 'a\nb' }] });
    expect(written.err).toBe('✖ No.\n  Do this.\n\n  Paste\n\n    a\n    b\n');
  });
});

describe('questions that must not be asked', () => {
  const { ui } = terminal();
  const option = '--provider NAME';
  it.each([
    ['select', () => ui.ask.select({ message: 'Which?', option, choices: [] })],
    ['text', () => ui.ask.text({ message: 'Which?', option })],
    ['secret', () => ui.ask.text({ message: 'Which?', option, secret: true })],
    ['confirm', () => ui.ask.confirm({ message: 'Which?', option })],
    ['scopes', () => ui.ask.scopes({ message: 'Which?', option, scopes: { toolScopes: {}, publicTools: [] } })],
  ])('%s ends with exit code 2 and the option', async (_, ask) => {
    await expect(ask()).rejects.toMatchObject({
      code: 'missing-answer',
      exit: 2,
      fix: 'Give it with --provider NAME.',
    });
  });
});

describe('the scopes table', () => {
  const rows = { toolScopes: { 'search-tasks': ['read:tasks'], ping: ['use:ping'] }, publicTools: ['help'] };

  it('has a row a tool', () => {
    expect(tableRows(rows).map(({ label }) => label)).toEqual([
      'search-tasks  read:tasks',
      'ping          use:ping',
      'help          (public)',
    ]);
  });

  it('changes the row that was chosen until done', async () => {
    const chosen = ['ping', 'help', 'search-tasks'];
    const typed = ['public', 'use:help', 'read:tasks, admin  admin'];
    const result = await editScopes(
      {
        select: async (question) => {
          const next = chosen.shift() ?? question.choices[0]?.value;
          return next as (typeof question.choices)[number]['value'];
        },
        text: async () => typed.shift() ?? '',
      },
      'Scopes',
      rows,
    );
    expect(result).toEqual({
      toolScopes: { 'search-tasks': ['read:tasks', 'admin'], help: ['use:help'] },
      publicTools: ['ping'],
    });
    expect(rows.publicTools).toEqual(['help']);
  });

  it('a tool keeps its place when it stays public', () => {
    expect(withRow(rows, 'help', ' Public ').publicTools).toEqual(['help']);
  });

  it.each([
    ['', 'Type at least one scope'],
    ['a "b"', '"b" is not a scope'],
    ['a\\b', 'is not a scope'],
  ])('refuses %j', (text, problem) => expect(problemOfScopes(text)).toContain(problem));

  it('accepts lists with spaces and commas', () => expect(problemOfScopes('a:b, c/d  e')).toBeUndefined());
});
