import { posix } from 'node:path';
import { ts } from 'ts-morph';
import { isDeno } from '../project/deno.ts';
import { moduleSpecifiers } from '../project/modules.ts';
import type { ProjectSnapshot } from '../project/snapshot.ts';
import { isTypeScript, XMCP_CONFIG } from '../project/source-files.ts';
import type { ModuleStyle } from '../types.ts';
import type { CodeModel } from './model.ts';

/** How new files beside the entry have to be written: module format, and what relative imports end in. */
export function moduleStyle(model: CodeModel, entry: string): ModuleStyle {
  const format = moduleFormat(model, entry);
  const plain = importExtension(model, entry);
  const marker = markerOf(model.snapshot, entry);
  if (marker === undefined) return { format, importExtension: plain };
  return { format, marker, importExtension: `.${marker}${plain === '.ts' ? 'ts' : 'js'}` };
}

/** An entry that tells its format by its ending, against the package: the files beside it must do the same. */
function markerOf({ manifest }: ProjectSnapshot, entry: string): ModuleStyle['marker'] {
  const extension = posix.extname(entry);
  if (extension.startsWith('.m')) return manifest.type === 'module' ? undefined : 'm';
  if (extension.startsWith('.c')) return manifest.type === 'module' ? 'c' : undefined;
  return undefined;
}

/**
 * What the file is when it runs. The ending decides first, then, for TypeScript, what the compiler emits, else the
 * package's `type`. A file that itself uses `require` or `import` says so.
 */
function moduleFormat(model: CodeModel, entry: string): ModuleStyle['format'] {
  const extension = posix.extname(entry);
  if (extension === '.mts' || extension === '.mjs') return 'esm';
  if (extension === '.cts' || extension === '.cjs') return 'cjs';
  if (isDeno(model.snapshot)) return 'esm';
  const source = model.sourceFile(entry)?.compilerNode;
  // In TypeScript `import` is written for both; the generated code must only agree with it in syntax.
  if (isTypeScript(entry)) return emittedFormat(model.snapshot);
  if (
    source &&
    source.statements.some((s) => ts.isImportDeclaration(s) || ts.isExportDeclaration(s) || ts.isExportAssignment(s))
  )
    return 'esm';
  return model.snapshot.manifest.type === 'module'
    ? 'esm'
    : source && usesRequire(source)
      ? 'cjs'
      : byType(model.snapshot);
}

function emittedFormat(snapshot: ProjectSnapshot): ModuleStyle['format'] {
  const module = option(snapshot, 'module');
  if (module === 'commonjs' || module === 'amd' || module === 'umd' || module === 'system') return 'cjs';
  if (module.startsWith('es') || module === 'preserve') return 'esm';
  return byType(snapshot);
}

function byType(snapshot: ProjectSnapshot): ModuleStyle['format'] {
  return snapshot.manifest.type === 'module' ? 'esm' : 'cjs';
}

function usesRequire(source: ts.SourceFile): boolean {
  const found = (node: ts.Node): boolean =>
    (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'require') ||
    (ts.forEachChild(node, found) ?? false);
  return found(source);
}

/** As the project writes relative imports already; else as its module resolution wants them. */
function importExtension(model: CodeModel, entry: string): '.js' | '.ts' | '' {
  const { snapshot } = model;
  // The bundler of xmcp takes `./x.js` for a file of that very name.
  if (snapshot.files.has(XMCP_CONFIG)) return '';
  // Deno looks for nothing: what is imported is what is written.
  if (isDeno(snapshot)) return isTypeScript(entry) ? '.ts' : '.js';
  const others = [...snapshot.files.keys()].filter((path) => path !== entry);
  for (const path of [entry, ...others]) {
    const text = snapshot.files.get(path);
    const specifier =
      text === undefined ? undefined : moduleSpecifiers(text).find((s) => s.startsWith('.') && !s.endsWith('.json'));
    if (specifier === undefined) continue;
    const extension = posix.extname(specifier);
    if (isTypeScript(specifier)) return '.ts';
    return /^\.[cm]?jsx?$/.test(extension) ? '.js' : '';
  }
  return byResolution(snapshot, entry);
}

function byResolution(snapshot: ProjectSnapshot, entry: string): '.js' | '.ts' | '' {
  if (!isTypeScript(entry)) return '.js';
  const resolution = option(snapshot, 'moduleResolution');
  const module = option(snapshot, 'module');
  if (resolution === 'bundler' || resolution === 'node10' || resolution === 'node')
    return emitsForNode(snapshot) ? '.js' : '';
  if (resolution === '' && (module === 'commonjs' || module === 'preserve' || module === '')) {
    return snapshot.manifest.type === 'module' ? '.js' : '';
  }
  return '.js';
}

/** Node itself loads what `tsc` has written, and takes names of modules as they are. */
function emitsForNode({ manifest, tsconfig }: ProjectSnapshot): boolean {
  const build = manifest.scripts['build'] ?? '';
  const emits = tsconfig?.compilerOptions['noEmit'] !== true && !build.includes('--noEmit');
  return manifest.type === 'module' && emits && /\btsc\b/.test(build);
}

function option(snapshot: ProjectSnapshot, name: string): string {
  const value = snapshot.tsconfig?.compilerOptions[name];
  return typeof value === 'string' ? value.toLowerCase() : '';
}
