import type { CallExpression } from 'ts-morph';
import type { FileEdits } from '../edits/file-edits.ts';
import { placeAfterCreation } from '../edits/place.ts';
import type { CodeModel } from '../model.ts';
import { existingGate } from '../node-shared/gate-call.ts';
import { nodeServer } from '../node-shared/node-server.ts';
import { originsOf, type Creation, type ServerClass } from './creations.ts';

/** The call of `protectMcp` of this host that has been made on the server already. */
export function gateOf(
  model: CodeModel,
  host: string,
  kind: ServerClass,
  creation: Creation,
): CallExpression | undefined {
  const node = nodeServer(model);
  const origins = originsOf(node, kind);
  return existingGate(node, host, (each) => origins.of(each).includes(creation));
}

/**
 * `protectMcp(server)` after its creation, around it where that is in the middle of an expression.
 * @param options the second argument as source, if any
 */
export function protectCreation(edits: FileEdits, creation: Creation, options = ''): void {
  const file = edits.of(creation.getSourceFile());
  const rest = options === '' ? '' : `, ${options}`;
  const found = placeAfterCreation(creation, () => false);
  const helper = file.import('protectMcp');
  if (!found) file.wrap(creation, `${helper}(`, `${rest})`);
  else if (found.position === 'after') file.insertAfter(found.statement, `${helper}(${found.name}${rest})`);
  else file.insertBefore(found.statement, `${helper}(${found.name}${rest})`);
}

/** `{ open: ['/about'] }`: paths that need no token. */
export function openOption(edits: FileEdits, creation: Creation, paths: string[]): string {
  const file = edits.of(creation.getSourceFile());
  return paths.length === 0 ? '' : `{ open: [${paths.map((path) => file.quote(path)).join(', ')}] }`;
}
