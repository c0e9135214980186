import { Node, type MethodDeclaration } from 'ts-morph';
import type { Edit } from '../../types.ts';
import { handIdentity } from '../fetch-shared/auth-argument.ts';
import { isWorker } from '../fetch-shared/facts.ts';
import type { FileEdit } from '../edits/file-edit.ts';
import { FileEdits } from '../edits/file-edits.ts';
import { refusal } from '../edits/refusal.ts';
import { metadataStep } from '../fetch-shared/metadata-step.ts';
import { reachOf } from '../fetch-shared/reach.ts';
import { openWay } from '../fetch-shared/ways.ts';
import { protectModule } from '../fetch-shared/wrap-handlers.ts';
import type { CodeModel } from '../model.ts';
import type { EditInput, Match } from '../types.ts';
import { takesEvent, type FetchMatch } from './adapter.ts';
import { programOf } from '../ways/program.ts';
import { findFetchServers, gateCall, type FetchServer } from './servers.ts';

const WHY = 'wraps the request handler with the gate';

/** `protectMcp` around the handler, and `authOf` where the transport is called. */
export function editFetch(model: CodeModel, match: Match<FetchMatch>, input: EditInput): Edit[] {
  if (match.handle.form === 'module' && isWorker(model)) {
    return [skip(match, input, 'on Cloudflare Workers only the default export of a module is understood')];
  }
  if (match.handle.form === 'module' && (match.handle.handlers.some(takesEvent) || isSvelteKit(match))) {
    return [skip(match, input, 'its handlers take an event of their framework and not a Request')];
  }
  const open = openWay(model, match.entry, match.handle.calls, wrapped(match.handle)) ?? otherServer(model, match);
  if (open) return [skip(match, input, open)];
  const edits = new FileEdits(model, input.authDir, 'fetch');
  const refused = handIdentity(match.handle.calls, edits) ?? wrap(match.handle, edits);
  if (refused) return [skip(match, input, refused)];
  const changes = edits.result(WHY);
  return match.handle.form === 'module' && changes.length > 0
    ? [...changes, metadataStep(match.entry, edits)]
    : changes;
}

function wrapped(handle: FetchMatch): Node[] {
  return handle.form === 'server' ? [handle.server.property] : handle.handlers.map(({ node }) => node);
}

/** `authOf` shuts out whoever comes through another server: that has to have its own gate. */
function otherServer(model: CodeModel, { entry, handle }: Match<FetchMatch>): string | undefined {
  const isInProgram = programOf(model, entry);
  const own = handle.form === 'server' ? handle.server.property : undefined;
  const other = findFetchServers(model, reachOf(model)).find(
    ({ property, file }) => property !== own && isInProgram(file) && !isGated(property),
  );
  return (
    other &&
    `${model.pathOf(other.file)}:${other.property.getStartLineNumber()} serves MCP as well, and would not be let through`
  );
}

function isGated(property: Node): boolean {
  return gateCall(Node.isPropertyAssignment(property) ? property.getInitializer() : property) !== undefined;
}

/** @returns why it cannot be done */
function wrap(handle: FetchMatch, edits: FileEdits): string | undefined {
  return handle.form === 'server'
    ? wrapServer(handle.server, (file) => options(handle.open, file), edits)
    : protectModule(handle.file, handle.handlers, edits.of(handle.file));
}

function isSvelteKit(match: Match<FetchMatch>): boolean {
  return (match.entry.split('/').at(-1) ?? '').startsWith('+server.');
}

/**
 * Puts `protectMcp` around the `fetch` of a server.
 * @param options what follows the handler in the call: `, { open: ['/health'] }`
 * @returns why it cannot be done
 */
export function wrapServer(
  server: Pick<FetchServer, 'file' | 'property'>,
  options: (file: FileEdit) => string,
  edits: FileEdits,
): string | undefined {
  const { property } = server;
  const file = edits.of(server.file);
  if (Node.isPropertyAssignment(property)) {
    const initializer = property.getInitializer();
    if (!initializer || gateCall(initializer)) return undefined;
    file.wrap(initializer, `${file.import('protectMcp')}(`, `${options(file)})`);
    return undefined;
  }
  if (Node.isShorthandPropertyAssignment(property)) {
    const { name, start, end } = { name: property.getName(), start: property.getStart(), end: property.getEnd() };
    file.splice([{ start, end, text: `${name}: ${file.import('protectMcp')}(${name}${options(file)})` }]);
    return undefined;
  }
  if (Node.isExpression(property)) {
    if (!gateCall(property)) file.wrap(property, `${file.import('protectMcp')}(`, `${options(file)})`);
    return undefined;
  }
  return Node.isMethodDeclaration(property)
    ? wrapMethod(property, options(file), file)
    : 'it cannot be told what `fetch` is';
}

/** `async fetch(request) { … }` -> `fetch: protectMcp(async (request) => { … })`. */
function wrapMethod(property: MethodDeclaration, options: string, file: FileEdit): string | undefined {
  const body = property.getBody();
  if (!body) return '`fetch` has no body';
  if (property.isGenerator() || property.getTypeParameters().length > 0) return '`fetch` is no plain method';
  if (usesThis(body)) return '`fetch` uses `this`, which a wrapped handler does not have';
  const name = property.getNameNode();
  const start = property.getStart();
  const text = `${property.getName()}: ${file.import('protectMcp')}(${property.isAsync() ? 'async ' : ''}`;
  file.splice([
    { start, end: name.getEnd(), text },
    { start: body.getStart(), end: body.getStart(), text: '=> ' },
    { start: property.getEnd(), end: property.getEnd(), text: `${options})` },
  ]);
  return undefined;
}

function usesThis(node: Node): boolean {
  return node
    .getDescendants()
    .some((inner) => Node.isThisExpression(inner) || (Node.isIdentifier(inner) && inner.getText() === 'arguments'));
}

function options(open: string[], file: FileEdit): string {
  return open.length === 0 ? '' : `, { open: [${open.map((path) => file.quote(path)).join(', ')}] }`;
}

function skip(match: Match<FetchMatch>, input: EditInput, reason: string): Edit {
  return refusal(match, WHY, reason, [
    `import { authOf, protectMcp } from '<${input.authDir}>/fetch.js';`,
    '',
    '// around the handler of the whole server; `open` lists paths that need no token:',
    "fetch: protectMcp(handler, { open: ['/health'] }),",
    '',
    '// where the transport is called:',
    'transport.handleRequest(request, authOf(request));',
  ]);
}
