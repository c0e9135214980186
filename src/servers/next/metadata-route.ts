import path from 'node:path/posix';
import type { SourceFile } from 'ts-morph';
import { isTypeScript } from '../../project/source-files.ts';
import type { Edit } from '../../types.ts';
import type { FileEdits } from '../edits/file-edits.ts';
import type { CodeModel } from '../model.ts';

export const METADATA_FOLDER = '.well-known/oauth-protected-resource';

/**
 * The route of the App Router that serves the metadata, if there is none. RFC 9728 §3.1: it is at the root of the host,
 * also with the path of the resource behind it.
 * @param beside a file of the project: its language and style are taken over
 */
export function metadataRoute(model: CodeModel, appDir: string, beside: SourceFile, edits: FileEdits): Edit[] {
  const folder = path.join(appDir, METADATA_FOLDER);
  if ([...model.snapshot.files.keys()].some((file) => file.startsWith(`${folder}/`))) return [];
  const file = path.join(folder, '[[...path]]', `route.${isTypeScript(model.pathOf(beside)) ? 'ts' : 'js'}`);
  const { quote, semicolons } = edits.of(beside).style;
  const specifier = quote + edits.specifierFrom(file) + quote;
  const after = [
    '// OAuth protected resource metadata (RFC 9728 §3.1), with and without the path of the resource behind it.',
    `export { metadata as GET, metadata as HEAD, metadata as OPTIONS } from ${specifier}${semicolons ? ';' : ''}`,
    '',
  ].join('\n');
  return [{ kind: 'create', path: file, before: null, after, why: 'serves the metadata that clients start from' }];
}
