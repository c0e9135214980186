import { Node } from 'ts-morph';
import { canInsertAfter } from '../../edit/typescript.ts';
import { unwrap } from '../syntax/nodes.ts';

/** Where `protectMcp(app, […])` goes: after this statement, with the app under this name. */
export interface Place {
  statement: Node;
  name: string;
  position: 'after' | 'before';
}

/**
 * The place right after an object is created: `const app = express();`, `app = express();`, `this.app = express();`, and
 * for a class field the start of the constructor, which runs after the fields. `undefined` where the object has no name or
 * no statement can follow.
 * @param passes may these calls be chained to the creation? Routes may not: they would come before the gate
 */
export function placeAfterCreation(creation: Node, passes: (method: string) => boolean): Place | undefined {
  let value = outermost(creation);
  for (let chain = chainedCall(value); chain; chain = chainedCall(value)) {
    if (!passes(chain.method)) return undefined;
    value = outermost(chain.call);
  }
  const parent = value.getParent();
  if (Node.isVariableDeclaration(parent) && Node.isIdentifier(parent.getNameNode())) {
    const statement = parent.getVariableStatement();
    return statement && canInsertAfter(statement)
      ? { statement, name: parent.getName(), position: 'after' }
      : undefined;
  }
  if (Node.isPropertyDeclaration(parent)) return atStartOfConstructor(parent);
  if (!Node.isBinaryExpression(parent) || parent.getOperatorToken().getText() !== '=') return undefined;
  const statement = parent.getParent();
  if (!statement || !Node.isExpressionStatement(statement) || !canInsertAfter(statement)) return undefined;
  return { statement, name: parent.getLeft().getText(), position: 'after' };
}

/** The expression with the parentheses, `as T` and `!` around it. */
export function outermost(node: Node): Node {
  let current = node;
  for (let parent = current.getParent(); parent && unwrap(parent) === unwrap(current); parent = current.getParent())
    current = parent;
  return current;
}

function chainedCall(value: Node): { method: string; call: Node } | undefined {
  const access = value.getParent();
  const call = access?.getParent();
  const isIt =
    Node.isPropertyAccessExpression(access) && Node.isCallExpression(call) && call.getExpression() === access;
  return isIt ? { method: access.getName(), call } : undefined;
}

function atStartOfConstructor(field: Node): Place | undefined {
  if (!Node.isPropertyDeclaration(field) || field.isStatic()) return undefined;
  const owner = field.getParent();
  if (!Node.isClassDeclaration(owner)) return undefined;
  const statements = owner.getConstructors().at(-1)?.getStatements() ?? [];
  const [first, second] = statements;
  if (!first) return undefined;
  const isSuper = Node.isExpressionStatement(first) && first.getExpression().getText().startsWith('super(');
  const statement = isSuper ? second : first;
  const name = `this.${field.getName()}`;
  if (statement) return { statement, name, position: 'before' };
  return { statement: first, name, position: 'after' };
}
