import { describe, expect, it } from 'vitest';
import { reverseLines } from '../../../src/apply/three-way.ts';

const before = 'import a\nimport b\n\nconst app = make();\nlisten();\napp.run(x);\n';
const after = 'import a\nimport b\nimport gate\n\nconst app = make();\ngate(app);\nlisten();\napp.run(gated(x));\n';

const undone = (current: string): string | undefined => reverseLines({ before, after, current });

describe('taking our lines out of an edited text', () => {
  it('gives the text before when nothing was edited', () => {
    expect(undone(after)).toBe(before);
  });

  it('keeps edits elsewhere', () => {
    expect(undone(`// top\n${after}// end\n`)).toBe(`// top\n${before}// end\n`);
  });

  it('keeps lines that were put right beside ours', () => {
    expect(undone(after.replace('import gate\n', 'import gate\nimport c\n'))).toBe(
      before.replace('import b\n', 'import b\nimport c\n'),
    );
    expect(undone(after.replace('gate(app);\n', 'log();\ngate(app);\n'))).toBe(
      before.replace('make();\n', 'make();\nlog();\n'),
    );
  });

  it('accepts that our lines are gone already, alone or with their neighbours', () => {
    expect(undone(before)).toBe(before);
    expect(undone(after.replace('const app = make();\ngate(app);\n', ''))).toBe(
      before.replace('const app = make();\n', ''),
    );
  });

  it('keeps line endings', () => {
    const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
    expect(reverseLines({ before: crlf(before), after: crlf(after), current: `x\r\n${crlf(after)}` })).toBe(
      `x\r\n${crlf(before)}`,
    );
  });

  it('accepts that somebody has taken our part out by hand and put something else there', () => {
    const current = before.replace('app.run(x);', 'run(app, z);');
    expect(undone(current)).toBe(current);
  });

  it('does not glue lines together when the text had no last newline', () => {
    const texts = { before: 'a', after: 'a\nours\n', current: 'a\nours\ntheirs' };
    expect(reverseLines(texts)).toBe('a\ntheirs');
  });

  it.each([
    ['a line of ours was changed', after.replace('gate(app)', 'gate(app, {})')],
    ['a line that we had changed was changed again', after.replace('gated(x)', 'gated(x, y)')],
    ['a line of ours was moved', `gate(app);\n${after.replace('gate(app);\n', '')}`],
    ['a line of ours was copied', `${after}gate(app);\n`],
  ])('gives up when %s', (_, current) => {
    expect(undone(current)).toBeUndefined();
  });
});
