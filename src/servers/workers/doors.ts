import { Node, type Expression, type ObjectLiteralElementLike, type SourceFile } from 'ts-morph';
import { isWorker } from '../fetch-shared/facts.ts';
import { gateCall } from '../fetch/servers.ts';
import type { CodeModel } from '../model.ts';
import { once } from '../syntax/memo.ts';
import { declarationsOf, unwrap } from '../syntax/nodes.ts';
import { packageExport } from '../syntax/packages.ts';

/**
 * What a module of a Worker exports by default: the one thing that requests from outside come to, whatever is behind it.
 */
export type Door = { file: SourceFile } &
  /** `export default { fetch }` */
  (
    | { form: 'object'; property: ObjectLiteralElementLike }
    /** `export default MyMcp.serve('/mcp')` */
    | { form: 'expression'; node: Expression }
    /** `export default new OAuthProvider(…)`: somebody else's gate */
    | { form: 'guard'; node: Expression }
    /** `export default class extends WorkerEntrypoint` */
    | { form: 'class'; node: Node }
  );

const OAUTH_PROVIDER = '@cloudflare/workers-oauth-provider';

/** The default exports of all modules that can be a Worker. */
export const findDoors = once((model: CodeModel): Door[] =>
  model.sourceFiles().flatMap((file): Door[] => {
    const [exported] = file.getExportAssignments().filter((node) => !node.isExportEquals());
    if (exported) return doorOf(file, exported.getExpression());
    const named = file.getClasses().find((each) => each.isDefaultExport());
    return named?.getExtends() ? [{ file, form: 'class', node: named }] : [];
  }),
);

function doorOf(file: SourceFile, node: Expression): Door[] {
  const value = valueOf(node);
  if (Node.isObjectLiteralExpression(value)) {
    const property = value.getProperty('fetch');
    return property ? [{ file, form: 'object', property }] : [];
  }
  if (Node.isClassDeclaration(value) || Node.isClassExpression(value)) return [{ file, form: 'class', node: value }];
  if (!Node.isExpression(value)) return [];
  const isGuard = Node.isNewExpression(value) && packageExport(value.getExpression())?.module === OAUTH_PROVIDER;
  if (isGuard) return [{ file, form: 'guard', node }];
  return Node.isCallExpression(value) ? [{ file, form: 'expression', node }] : [];
}

/** The expression itself, or what the name it consists of stands for in the same file. */
function valueOf(node: Expression): Node {
  const value = unwrap(node);
  if (!Node.isIdentifier(value)) return value;
  const [declaration] = declarationsOf(value).filter((each) => each.getSourceFile() === node.getSourceFile());
  const initializer = Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : declaration;
  return initializer ? unwrap(initializer) : value;
}

/** Has an earlier run put the gate there? */
export function isGated(door: Door): boolean {
  if (door.form === 'expression') return gateCall(unwrap(door.node)) !== undefined;
  const { property } = door as { property?: Node };
  return Node.isPropertyAssignment(property) && gateCall(property.getInitializer()) !== undefined;
}

/** Is this the `fetch` of a module that runs on Workers? `Bun.serve({ fetch })` is none, wherever it stands. */
export function isDoorOfWorker(model: CodeModel, property: Node): boolean {
  return isWorker(model) && findDoors(model).some((door) => door.form === 'object' && door.property === property);
}
