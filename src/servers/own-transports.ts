import { Node, type ClassDeclaration } from 'ts-morph';
import { packageOf } from '../project/packages.ts';
import type { CodeModel } from './model.ts';
import { identifiersOf } from './syntax/identifiers.ts';
import { packageExport } from './syntax/packages.ts';

/** What the SDK asks of a transport. */
const METHODS = ['start', 'send', 'close'];

/**
 * Where a transport is made that the project has written itself, over WebSockets or an event stream of its own: what
 * leads messages into it could be anything, also a path that looks as if it had nothing to do with MCP.
 */
export function ownTransports(model: CodeModel): Node[] {
  if (![...model.snapshot.files.values()].some((text) => text.includes('Transport'))) return [];
  const identifiers = identifiersOf(model);
  const classes = model
    .sourceFiles()
    .filter((file) => file.getFullText().includes('Transport'))
    .flatMap((file) => file.getDescendants().filter(Node.isClassDeclaration))
    .filter(isTransport);
  const made = classes.flatMap((each) =>
    identifiers
      .references(each, each.getName() ?? 'default')
      .map((name) => name.getParent())
      .filter(Node.isNewExpression),
  );
  return [...made, ...literals(model)];
}

/** Told by what it implements, or, in JavaScript, by its name and methods. One for stdio serves nobody from outside. */
function isTransport(node: ClassDeclaration): boolean {
  if (node.getText().includes('stdin')) return false;
  const base = node.getExtends()?.getExpression();
  if (base && packageExport(base) !== undefined) return false;
  const isDeclared = node.getImplements().some((each) => isSdkTransport(each.getExpression()));
  const hasMethods = METHODS.every((name) => node.getInstanceMember(name) !== undefined);
  return isDeclared || (hasMethods && node.getName()?.endsWith('Transport') === true);
}

function isSdkTransport(node: Node): boolean {
  const made = packageExport(node);
  return made?.name === 'Transport' && packageOf(made.module)?.startsWith('@modelcontextprotocol/') === true;
}

/** `server.connect({ start, send, close })`, `const transport: Transport = { … }`. */
function literals(model: CodeModel): Node[] {
  return identifiersOf(model)
    .named('send')
    .flatMap((name) => {
      const object = name.getParent()?.getParent();
      const isWhole =
        Node.isObjectLiteralExpression(object) && METHODS.every((each) => object.getProperty(each) !== undefined);
      return isWhole && !object.getText().includes('stdin') ? [object] : [];
    });
}
