import { defineConfig } from 'tsdown';
import { esModulesOfAws } from './scripts/es-modules.ts';
import { packedLibFiles } from './scripts/lib-files.ts';
import { packedChunk } from './scripts/packed-chunk.ts';
import { thirdPartyNotices } from './scripts/notices.ts';
import { WASM_PACKAGES, wasmFiles } from './scripts/wasm-files.ts';

const CLASSES = { function: false, class: true };

export default defineConfig({
  entry: { cli: 'src/cli.ts', 'prove-worker': 'src/apply/prove-worker.ts' },
  format: 'esm',
  // .js, as package.json says that it is ESM.
  fixedExtension: false,
  platform: 'node',
  target: 'node20.19',
  outDir: 'dist',
  // dist/templates belongs to scripts/build-templates.mjs.
  clean: ['dist/*.js', 'dist/*.br', 'dist/THIRD-PARTY-NOTICES.txt'],
  // oidc-provider finds the lifetime of a token by the name of its class; without one tokens would never expire.
  minify: { compress: { keepNames: CLASSES }, mangle: { keepNames: CLASSES } },
  dts: false,
  // Bundled CommonJS (ts-morph) asks for __filename.
  shims: true,
  // No runtime dependencies: `npx add-auth` downloads one package.
  noExternal: [/.*/],
  // Its main file is UMD, whose require calls no bundler can follow.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  inlineOnly: false,
  logLevel: 'warn',
  inputOptions: {
    // depd, deep inside koa, calls eval to name deprecated functions.
    checks: { eval: false },
  },
  plugins: [esModulesOfAws(), packedLibFiles(), packedChunk('ts-morph'), wasmFiles(), thirdPartyNotices(WASM_PACKAGES)],
});
