import MagicString from 'magic-string';
import { brotliCompressSync, constants } from 'node:zlib';
import type { Rolldown } from 'tsdown';

type Output = Rolldown.OutputChunk;

/**
 * Bundler plugin: packs the chunk that is almost all of the program. Brotli takes a fifth less than the gzip of the
 * tarball; unpacking it takes some hundredths of a second, once, where source is read.
 * @param name of the chunk, e.g. `ts-morph`
 */
export function packedChunk(name: string): Rolldown.Plugin {
  return {
    name: 'packed-chunk',
    generateBundle(_, bundle) {
      const chunk = Object.values(bundle).find((file): file is Output => file.type === 'chunk' && file.name === name);
      if (!chunk) throw new Error(`There is no chunk ${name} any more: look at scripts/packed-chunk.ts`);
      const { head, locals, body, exported } = takeApart(chunk.code, this.parse(chunk.code));
      const file = `${chunk.fileName}.br`;
      this.emitFile({
        type: 'asset',
        fileName: file,
        source: pack(`'use strict';${body};return[${Object.keys(exported).join()}]`),
      });
      chunk.code = loader({ head, locals, exported, file });
    },
  };
}

interface Parts {
  /** The import declarations as they are. */
  head: string;
  /** What they bind. */
  locals: string[];
  body: string;
  /** Local name -> exported name. */
  exported: Record<string, string>;
}

function takeApart(code: string, program: ReturnType<Rolldown.PluginContext['parse']>): Parts {
  const parts: Parts = { head: '', locals: [], body: '', exported: {} };
  const body = new MagicString(code);
  for (const statement of program.body) {
    if (statement.type === 'ImportDeclaration') {
      parts.head += code.slice(statement.start, statement.end);
      parts.locals.push(...statement.specifiers.map(({ local }) => local.name));
      body.remove(statement.start, statement.end);
    } else if (statement.type === 'ExportNamedDeclaration' && !statement.declaration && !statement.source) {
      for (const { local, exported } of statement.specifiers) parts.exported[nameOf(local)] = nameOf(exported);
      body.remove(statement.start, statement.end);
    } else if (statement.type.startsWith('Export')) {
      throw new Error(`${statement.type} cannot be packed: look at scripts/packed-chunk.ts`);
    }
  }
  for (const { start, end } of metaProperties(program)) body.overwrite(start, end, '__meta');
  return { ...parts, body: body.toString() };
}

interface Spot {
  start: number;
  end: number;
}

/** Every `import.meta`. */
function metaProperties(node: object): Spot[] {
  if (
    'type' in node &&
    node.type === 'MetaProperty' &&
    'meta' in node &&
    (node.meta as { name: string }).name === 'import'
  )
    return [node as unknown as Spot];
  return Object.values(node).flatMap((child) => (child && typeof child === 'object' ? metaProperties(child) : []));
}

const nameOf = (node: { name: string } | { value: string }): string => ('name' in node ? node.name : node.value);

function pack(source: string): Buffer {
  const { BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
  return brotliCompressSync(source, { params: { [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: source.length } });
}

function loader({ head, locals, exported, file }: Omit<Parts, 'body'> & { file: string }): string {
  const names = [...locals, '__meta'];
  const kept = Object.keys(exported);
  return `${head}
import { readFileSync as readPacked } from 'node:fs';
import { compileFunction } from 'node:vm';
import { brotliDecompressSync as unpack } from 'node:zlib';
const source = unpack(readPacked(new URL('./${file}', import.meta.url))).toString();
const run = compileFunction(source, ${JSON.stringify(names)}, { filename: '${file.slice(0, -3)}' });
const [${kept.join()}] = run(${[...locals, 'import.meta'].join()});
export { ${Object.entries(exported)
    .map(([local, name]) => `${local} as ${name}`)
    .join(', ')} };
`;
}
