import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync } from 'node:zlib';
import type { Rolldown } from 'tsdown';

const FILES = { 'web-tree-sitter.wasm': 'web-tree-sitter', 'tree-sitter-python.wasm': 'tree-sitter-python' };

/** Packages whose code is in the bundle as WebAssembly only: their licences have to be told by name. */
export const WASM_PACKAGES: readonly string[] = Object.values(FILES);

/** Bundler plugin: puts the parser for Python beside the program, from where it is loaded when there is Python to read. */
export function wasmFiles(): Rolldown.Plugin {
  const { resolve } = createRequire(import.meta.url);
  return {
    name: 'wasm-files',
    generateBundle() {
      for (const [fileName, from] of Object.entries(FILES)) {
        // Packed: brotli takes a fifth less than the gzip of the tarball.
        const source = brotliCompressSync(readFileSync(resolve(`${from}/${fileName}`)));
        this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source });
      }
    },
  };
}
