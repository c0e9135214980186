import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { Language, Parser, type Node } from 'web-tree-sitter';

export type { Node, Tree } from 'web-tree-sitter';

let ready: Promise<Parser> | undefined;

/** A parser for Python. The grammar is compiled to WebAssembly and takes a moment to load, once. */
export function pythonParser(): Promise<Parser> {
  return (ready ??= load());
}

async function load(): Promise<Parser> {
  await Parser.init({ wasmBinary: asset('web-tree-sitter', 'web-tree-sitter.wasm') });
  const parser = new Parser();
  parser.setLanguage(await Language.load(asset('tree-sitter-python', 'tree-sitter-python.wasm')));
  return parser;
}

/** Packed beside the program where it is bundled (scripts/wasm-files.ts), in its package where it runs from source. */
function asset(from: string, name: string): Uint8Array {
  const packed = fileURLToPath(new URL(`./${name}.br`, import.meta.url));
  if (existsSync(packed)) return brotliDecompressSync(readFileSync(packed));
  return readFileSync(createRequire(import.meta.url).resolve(`${from}/${name}`));
}

/** Every named node below, in the order of the source. */
export function below(node: Node): Node[] {
  return node.namedChildren.flatMap((child) => [child, ...below(child)]);
}
