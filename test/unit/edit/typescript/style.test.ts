import { describe, expect, it } from 'vitest';
import { detectStyle } from '../../../../src/edit/style.ts';

describe('detectStyle', () => {
  it('has defaults for what a file does not say', () => {
    expect(detectStyle('')).toEqual({
      eol: '\n',
      indent: '  ',
      quote: "'",
      importQuote: "'",
      semicolons: true,
      bom: false,
      shebang: false,
    });
  });

  it('sees line endings, byte order mark and shebang', () => {
    expect(detectStyle('\uFEFF#!/usr/bin/env node\r\na();\r\n')).toMatchObject({
      eol: '\r\n',
      bom: true,
      shebang: true,
    });
    expect(detectStyle('a();\r\nb();\nc();\nd();\n').eol).toBe('\n');
  });

  it('tells the quotes of imports from those of the rest', () => {
    const imports = `import a from "a";\nimport { b } from "b";\n`;
    expect(detectStyle(`${imports}a('x', 'y', 'z');`)).toMatchObject({ quote: "'", importQuote: '"' });
    expect(detectStyle(`a("x", "y");`)).toMatchObject({ quote: '"', importQuote: '"' });
  });

  it('counts quotes of literals, not of comments or other strings', () => {
    expect(detectStyle(`// don't, won't\nconst a = "x", b = "it's";`).quote).toBe('"');
    expect(detectStyle(`const a = 'x', b = "it's", c = "that's";`).quote).toBe("'");
  });

  it('reads the indentation off blocks, not off continued lines', () => {
    expect(detectStyle('function f() {\n\tconst a = g(\n\t        1);\n\tif (a) {\n\t\th();\n\t}\n}').indent).toBe(
      '\t',
    );
    expect(detectStyle('function f() {\n    g();\n}').indent).toBe('    ');
  });

  it('tells a file without semicolons', () => {
    expect(detectStyle('import a from "a"\nconst b = a()\nfor (;;) {}\nb();').semicolons).toBe(false);
  });

  it('is not led astray by type assertions and JSX', () => {
    expect(detectStyle("const a = <any>b()\nconst c = 'x'\n", 'a.ts')).toMatchObject({ quote: "'", semicolons: false });
    expect(detectStyle(`const a = <p title="x" id="y">don't</p>;\nconst c = 'x';\n`, 'a.tsx').quote).toBe("'");
  });
});
