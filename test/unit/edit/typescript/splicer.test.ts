import { Node, Project, type SourceFile } from 'ts-morph';
import { describe, expect, it } from 'vitest';
import { canInsertAfter, SourceSplicer, type SplicerOptions } from '../../../../src/edit/typescript.ts';

function open(
  text: string,
  name = 'server.ts',
  options: SplicerOptions = {},
): { file: SourceFile; splicer: SourceSplicer } {
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    compilerOptions: { allowJs: true },
  });
  const file = project.createSourceFile(`/${name}`, text);
  return { file, splicer: new SourceSplicer(file, text, options) };
}

/** Adds `protectMcp(app, ['/mcp'])` after the statement that starts with `anchor`, import included. */
function protect(text: string, anchor: string, name?: string, options?: SplicerOptions): string {
  const { file, splicer } = open(text, name, options);
  const statement = file.getDescendants().find((node) => canInsertAfter(node) && node.getText().startsWith(anchor));
  const helper = splicer.addImport('protectMcp', './auth/express.js');
  splicer.insertStatementAfter(statement!, `${helper}(app, [${splicer.quote('/mcp')}])`);
  return splicer.toString();
}

describe('imports', () => {
  it('come after the last import, in the style of the file', () => {
    expect(protect('import a from "a"\nimport b from "b" // why\n\nconst app = a()\nb(app)\n', 'const app')).toBe(
      'import a from "a"\nimport b from "b" // why\nimport { protectMcp } from "./auth/express.js"\n\n' +
        'const app = a()\nprotectMcp(app, ["/mcp"])\nb(app)\n',
    );
  });

  it('of a CommonJS file are required, after the last require that runs before the first use', () => {
    const text =
      "'use strict';\nconst a = require('a');\nrequire('dotenv').config();\nconst app = a();\nconst b = require('b');\n";
    expect(protect(text, 'const app', 'server.js')).toBe(
      "'use strict';\nconst a = require('a');\nrequire('dotenv').config();\nconst { protectMcp } = require('./auth/express.js');\n" +
        "const app = a();\nprotectMcp(app, ['/mcp']);\nconst b = require('b');\n",
    );
  });

  it('of an app that is required and created in one statement come before its protection', () => {
    expect(protect("const app = require('express')();\n", 'const app', 'server.cjs')).toBe(
      "const app = require('express')();\nconst { protectMcp } = require('./auth/express.js');\nprotectMcp(app, ['/mcp']);\n",
    );
  });

  it('keep directives, shebang and byte order mark at the head', () => {
    const text = '\uFEFF#!/usr/bin/env node\n"use strict";\nvar app = make();\n';
    expect(protect(text, 'var app', 'server.js', { packageType: 'commonjs' })).toBe(
      '\uFEFF#!/usr/bin/env node\n"use strict";\n\nconst { protectMcp } = require("./auth/express.js");\nvar app = make();\n' +
        'protectMcp(app, ["/mcp"]);\n',
    );
  });

  it('of a file without any come after its header and before the doc comment of the first statement', () => {
    expect(protect('// @ts-check\n\n/** The app. */\nconst app = make();\n', 'const app')).toBe(
      "// @ts-check\n\nimport { protectMcp } from './auth/express.js';\n\n/** The app. */\nconst app = make();\nprotectMcp(app, ['/mcp']);\n",
    );
  });

  it('get another name where theirs is taken', () => {
    const text = "import { protectMcp } from './mine.js';\nconst app = protectMcp();\n";
    expect(protect(text, 'const app')).toContain(
      "import { protectMcp as protectMcp2 } from './auth/express.js';\nconst app = protectMcp();\nprotectMcp2(app",
    );
    expect(
      protect("const { protectMcp } = require('./mine');\nconst app = protectMcp();\n", 'const app', 'a.cjs'),
    ).toContain("const { protectMcp: protectMcp2 } = require('./auth/express.js');");
  });

  it('do not count a property of that name as taken', () => {
    expect(protect("import a from 'a';\nconst app = a.protectMcp();\n", 'const app')).toContain(
      'import { protectMcp } from',
    );
  });

  it('that are there already are used and extended', () => {
    const { splicer } = open("import { protectMcp as gate } from './auth/express.js';\n");
    expect(splicer.addImport('protectMcp', './auth/express.js')).toBe('gate');
    expect(splicer.changed).toBe(false);
    splicer.addImport('mcpHosts', './auth/express.js');
    expect(splicer.toString()).toBe("import { protectMcp as gate, mcpHosts } from './auth/express.js';\n");
  });

  it('that are required already are used', () => {
    const { splicer } = open("const { protectMcp: gate } = require('./auth/express.js');\n", 'a.cjs');
    expect(splicer.addImport('protectMcp', './auth/express.js')).toBe('gate');
    expect(splicer.changed).toBe(false);
  });

  it('of several names share one statement', () => {
    const { splicer } = open("import a from 'a';\n");
    splicer.addImport('protectMcp', './auth/hono.js');
    splicer.addImport('authOf', './auth/hono.js');
    expect(splicer.addImport('authOf', './auth/hono.js')).toBe('authOf');
    expect(splicer.toString()).toBe("import a from 'a';\nimport { protectMcp, authOf } from './auth/hono.js';\n");
  });

  it('use import syntax in TypeScript that is compiled to CommonJS, and after `import x = require()`', () => {
    expect(
      protect("import a = require('a');\nconst app = a();\n", 'const app', 'server.ts', { packageType: 'commonjs' }),
    ).toBe(
      "import a = require('a');\nimport { protectMcp } from './auth/express.js';\nconst app = a();\nprotectMcp(app, ['/mcp']);\n",
    );
  });
});

describe('statements', () => {
  it('take the indentation of their neighbour, tabs too', () => {
    expect(
      protect("import a from 'a'\nfunction f() {\n\tif (x) {\n\t\tconst app = a()\n\t}\n}\n", 'const app'),
    ).toContain("\t\tconst app = a()\n\t\tprotectMcp(app, ['/mcp'])\n\t}");
  });

  it('go below a comment at the end of the line', () => {
    expect(protect('const app = a(); // the app /* yes */\nb();\n', 'const app')).toContain(
      "const app = a(); // the app /* yes */\nprotectMcp(app, ['/mcp']);\nb();",
    );
  });

  it('stay on the line where more code follows on it', () => {
    expect(protect('function f() { const app = a(); return app; }\n', 'const app')).toContain(
      "{ const app = a(); protectMcp(app, ['/mcp']); return app; }",
    );
  });

  it('end in a semicolon where the next line would otherwise go on with them', () => {
    expect(protect('const app = a()\n;\n// list\n[1].forEach(b)\nc()\nd()\n', 'const app')).toContain(
      "\n;\nprotectMcp(app, ['/mcp']);\n// list",
    );
    expect(protect('const app = a();\n// list\n;[1].forEach(b)\nc()\nd()\n', 'const app')).toContain(
      "protectMcp(app, ['/mcp'])\n",
    );
    expect(protect('b()\nc()\nconst app = a();\n// list\n[1].forEach(b)\n', 'const app')).toContain(
      "protectMcp(app, ['/mcp']);\n",
    );
  });

  it('keep CRLF and a missing newline at the end', () => {
    expect(protect("import a from 'a';\r\nconst app = a();", 'const app')).toBe(
      "import a from 'a';\r\nimport { protectMcp } from './auth/express.js';\r\nconst app = a();\r\nprotectMcp(app, ['/mcp']);",
    );
  });

  it('cannot be added to the body of an `if` without braces', () => {
    const { file, splicer } = open('if (x) app = a();\n');
    const body = file.getStatements()[0]!.getChildAtIndex(4);
    expect(canInsertAfter(body)).toBe(false);
    expect(() => splicer.insertStatementAfter(body, 'x()')).toThrow();
  });

  it('can be put before another, below its comments', () => {
    const { file, splicer } = open('function f() {\n  // last\n  return 1;\n}\n');
    splicer.insertStatementBefore(file.getDescendants().find(Node.isReturnStatement)!, 'a()');
    expect(splicer.toString()).toBe('function f() {\n  // last\n  a();\n  return 1;\n}\n');
  });

  it('can be added at the end, final newline or not', () => {
    for (const end of ['\n', '']) {
      const { splicer } = open(`const a = 1;${end}`);
      splicer.appendStatement('export const POST = a');
      expect(splicer.toString()).toBe(`const a = 1;\n\nexport const POST = a;${end}`);
    }
  });
});

describe('expressions', () => {
  it('are wrapped, nested ones inside out', () => {
    const { file, splicer } = open('\uFEFFcreateServer(handler)');
    const call = file.getStatements()[0]!.getChildAtIndex(0);
    const handler = file.getDescendants().find((node) => node.getText() === 'handler')!;
    splicer.wrapExpression(handler, 'inner(', ')');
    splicer.wrapExpression(handler, 'outer(', ', 1)');
    splicer.wrapExpression(call, 'x(', ')');
    expect(splicer.toString()).toBe('\uFEFFx(createServer(outer(inner(handler), 1)))');
  });
});

describe('nothing asked', () => {
  it('changes nothing', () => {
    const text = '\uFEFFlet a = "x"\r\n\tlet b = \'y\';  \n';
    const { splicer } = open(text);
    expect(splicer.changed).toBe(false);
    expect(splicer.toString()).toBe(text);
  });
});

describe('quotes', () => {
  it('escape what has to be escaped, and only that', () => {
    const { splicer } = open("const a = 'x';\n");
    expect(splicer.quote(`it's "so"\n\\`)).toBe(`'it\\'s "so"\\n\\\\'`);
  });
});
