import path from 'node:path/posix';
import type { SourceFile } from 'ts-morph';
import type { ModuleStyle } from '../../types.ts';
import type { CodeModel } from '../model.ts';

type Extension = ModuleStyle['importExtension'];

/**
 * What relative imports of a file end in: as its own do, else as those of the other files, else what the resolution
 * mode of the project asks for (Node's ESM needs `.js`, bundlers and CommonJS nothing).
 */
export function importExtension(model: CodeModel, from: string): Extension {
  const own = model.sourceFile(from);
  const files = [...(own ? [own] : []), ...model.sourceFiles().filter((file) => file !== own)];
  for (const file of files) {
    const [first] = relativeSpecifiers(file);
    if (first !== undefined) return extensionOf(first);
  }
  return defaultExtension(model, from);
}

function relativeSpecifiers(file: SourceFile): string[] {
  return [...file.getImportDeclarations(), ...file.getExportDeclarations()]
    .map((declaration) => declaration.getModuleSpecifierValue())
    .filter((specifier): specifier is string => specifier !== undefined && specifier.startsWith('.'))
    .filter((specifier) => !/\.(json|css|svg)$/.test(specifier));
}

function extensionOf(specifier: string): Extension {
  const extension = path.extname(specifier);
  return extension === '.ts' || extension === '.tsx' || extension === '.mts' ? '.ts' : /^\.[cm]?jsx?$/.test(extension) ? '.js' : '';
}

function defaultExtension(model: CodeModel, from: string): Extension {
  const { manifest, tsconfig } = model.snapshot;
  if (manifest.allDependencies['next'] !== undefined) return '';
  const options = tsconfig?.compilerOptions ?? {};
  if (!/\.[cm]?tsx?$/.test(from)) return manifest.type === 'module' || from.endsWith('.mjs') ? '.js' : '';
  const module = String(options['module'] ?? '').toLowerCase();
  const resolution = String(options['moduleResolution'] ?? '').toLowerCase();
  if (resolution === 'bundler') return options['allowImportingTsExtensions'] === true ? '.ts' : '';
  const isNode = resolution.startsWith('node16') || resolution.startsWith('nodenext') || module.startsWith('node');
  return isNode ? (options['allowImportingTsExtensions'] === true ? '.ts' : '.js') : manifest.type === 'module' ? '.js' : '';
}
