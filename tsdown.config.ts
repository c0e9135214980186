import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: { cli: 'src/cli.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  outDir: 'dist',
  clean: true,
  minify: true,
  dts: false,
  // Bundled CommonJS (ts-morph) asks for __filename.
  shims: true,
  noExternal: [/.*/],
});
