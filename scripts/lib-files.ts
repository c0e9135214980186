import { brotliCompressSync, constants } from 'node:zlib';
import type { Rolldown } from 'tsdown';
import ts from 'typescript';

const START = 'const libFiles = [';
const END = '\n    }];';

/**
 * Bundler plugin: ts-morph carries the declarations of the JavaScript and DOM libraries as 3 MB of string literals, which
 * every start would have to parse and every download to carry. They are packed, and unpacked when somebody asks.
 */
export function packedLibFiles(): Rolldown.Plugin {
  return {
    name: 'packed-lib-files',
    transform: {
      filter: { id: /@ts-morph\/common\/dist\/ts-morph-common\.js$/ },
      handler(code) {
        const from = code.indexOf(START);
        const to = code.indexOf(END, from) + END.length;
        if (from < 0 || to < from || !code.slice(to).trimStart().startsWith('function getLibFiles')) {
          throw new Error('ts-morph keeps its library files elsewhere now: look at scripts/lib-files.ts');
        }
        const literal = code.slice(from + START.length - 1, to - 1);
        // The array literal of a package that is pinned by the lock file, as it would be run anyway.
        const files = new Function(`return ${literal}`)() as { fileName: string; text: string }[];
        return (
          code.slice(0, from) +
          unpacked(JSON.stringify(files.map(withoutComments))) +
          code.slice(to).replace('return libFiles;', 'return libFiles();')
        );
      },
    },
  };
}

/** More than half of the declarations are documentation, which no check of types needs; the printer keeps references. */
function withoutComments({ fileName, text }: { fileName: string; text: string }): { fileName: string; text: string } {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.ESNext);
  const code = ts.createPrinter({ removeComments: true }).printFile(file);
  return { fileName, text: code.replace(/^ +/gm, '') };
}

function unpacked(json: string): string {
  const options = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: json.length, [constants.BROTLI_PARAM_LGWIN]: 24 } };
  const packed = brotliCompressSync(json, options).toString('base64');
  return `let unpackedLibFiles;
function libFiles() {
  return (unpackedLibFiles ??= JSON.parse(require('node:zlib').brotliDecompressSync(Buffer.from('${packed}', 'base64')).toString()));
}`;
}
