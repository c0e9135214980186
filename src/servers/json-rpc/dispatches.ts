import { Node, type SourceFile } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { once } from '../syntax/memo.ts';
import { isFunctionNode, unwrap } from '../syntax/nodes.ts';

/** A place that tells JSON-RPC methods of MCP apart by itself: there is no SDK behind it, it is the server. */
export interface Dispatch {
  kind: 'rpc';
  /** What every message passes: the `switch`, the test for `tools/call`, the look-up in a table of handlers. */
  call: Node;
}

/** The same, read: what it compares, and the code for each method. */
export interface ReadDispatch extends Dispatch {
  /** The expression that is the method; `undefined` for a table, whose handlers are given the parameters. */
  subject: Node | undefined;
  branches: Branch[];
}

export interface Branch {
  method: string;
  /** Statements, an expression, or a function that is called with the parameters. */
  code: Node[];
}

const LIST = 'tools/list';
const CALL = 'tools/call';
/** What the older SSE transport begins its stream with. */
const SSE_HELLO = 'event: endpoint';

/** Where messages enter a server that is written by hand, and where such a server opens a stream of the older transport. */
export function findDispatches(model: CodeModel): Dispatch[] {
  const found = readDispatches(model);
  return found.length === 0 ? [] : [...found, ...findStreams(model)];
}

/**
 * Reads every dispatch that is written by hand. Never a guess: `tools/list` and `tools/call` have to be told apart by
 * comparing one and the same expression with them (or as keys of one table), in a file that speaks JSON-RPC. Beside an SDK
 * it has to introduce itself as a server as well: what only counts or logs messages on their way there is none.
 */
export const readDispatches = once((model: CodeModel): ReadDispatch[] => {
  const hasSdk = [...model.snapshot.files.values()].some((text) => text.includes('@modelcontextprotocol/'));
  return model.sourceFiles().flatMap((file) => {
    const text = file.getFullText();
    const isRpc = text.includes('jsonrpc') || text.includes('initialize');
    if (!text.includes(LIST) || !text.includes(CALL) || !isRpc || (hasSdk && !text.includes('serverInfo'))) return [];
    return [...inSwitches(file), ...inChains(file), ...inTables(file, model)];
  });
});

/** Does it tell both methods apart? */
function isMcp(branches: Branch[]): boolean {
  return [LIST, CALL].every((method) => branches.some((branch) => branch.method === method));
}

function inSwitches(file: SourceFile): ReadDispatch[] {
  return file
    .getDescendants()
    .filter(Node.isSwitchStatement)
    .flatMap((node) => {
      const branches: Branch[] = [];
      let labels: string[] = [];
      for (const clause of node.getClauses()) {
        const label = Node.isCaseClause(clause) ? literal(clause.getExpression()) : undefined;
        if (label !== undefined) labels.push(label);
        const code = clause.getStatements();
        if (code.length === 0) continue;
        branches.push(...labels.map((method) => ({ method, code })));
        labels = [];
      }
      return isMcp(branches) ? [{ kind: 'rpc', call: node, subject: node.getExpression(), branches }] : [];
    });
}

/** `if (method === 'tools/list') … if (method === 'tools/call') …`, of one expression in one function. */
function inChains(file: SourceFile): ReadDispatch[] {
  const chains = new Map<string, { at: Node; subject: Node; branch: Branch }[]>();
  for (const node of file.getDescendants()) {
    if (!Node.isBinaryExpression(node)) continue;
    const test = comparison(node);
    if (!test) continue;
    const scope = node.getFirstAncestor(isFunctionNode)?.getPos() ?? -1;
    const key = `${scope} ${plain(test.subject)}`;
    const branch = { method: test.method, code: codeBehind(node) };
    chains.set(key, [...(chains.get(key) ?? []), { at: node, subject: test.subject, branch }]);
  }
  return [...chains.values()].flatMap((chain) => {
    const branches = chain.map(({ branch }) => branch);
    const call = chain.find(({ branch }) => branch.method === CALL);
    return call && isMcp(branches) ? [{ kind: 'rpc', call: call.at, subject: call.subject, branches }] : [];
  });
}

const EQUAL = ['===', '=='];
const UNEQUAL = ['!==', '!='];

function comparison(node: Node): { subject: Node; method: string } | undefined {
  if (!Node.isBinaryExpression(node)) return undefined;
  if (![...EQUAL, ...UNEQUAL].includes(node.getOperatorToken().getText())) return undefined;
  const [left, right] = [node.getLeft(), node.getRight()];
  const method = literal(right) ?? literal(left);
  return method === undefined ? undefined : { subject: unwrap(literal(right) === undefined ? right : left), method };
}

/** The code that runs when the comparison holds. */
function codeBehind(test: Node): Node[] {
  const holder = test.getFirstAncestor(
    (each) => Node.isIfStatement(each) || Node.isConditionalExpression(each) || Node.isStatement(each),
  );
  const isUnequal = Node.isBinaryExpression(test) && UNEQUAL.includes(test.getOperatorToken().getText());
  if (Node.isConditionalExpression(holder)) return [isUnequal ? holder.getWhenFalse() : holder.getWhenTrue()];
  if (!Node.isIfStatement(holder)) return holder ? [holder] : [];
  const then = holder.getThenStatement();
  return isUnequal ? [holder.getElseStatement() ?? [], ...holder.getNextSiblings()].flat() : [then];
}

/** `const handlers = { 'tools/list': …, 'tools/call': … }`, at every place that takes something out of it. */
function inTables(file: SourceFile, model: CodeModel): ReadDispatch[] {
  return file
    .getDescendants()
    .filter(Node.isObjectLiteralExpression)
    .flatMap((table) => {
      const branches = table.getProperties().flatMap((property): Branch[] => {
        const name = Node.isPropertyAssignment(property) || Node.isMethodDeclaration(property) ? property : undefined;
        const method = name && literal(name.getNameNode());
        const code = Node.isPropertyAssignment(property) ? property.getInitializer() : property;
        return method !== undefined && code ? [{ method, code: [code] }] : [];
      });
      return isMcp(branches)
        ? lookUps(table, model).map((call) => ({ kind: 'rpc', call, subject: undefined, branches }))
        : [];
    });
}

function lookUps(table: Node, model: CodeModel): Node[] {
  const holder = table.getFirstAncestor((each) => Node.isVariableDeclaration(each) || Node.isPropertyDeclaration(each));
  if (!holder || !Node.hasName(holder)) return [];
  return identifiersOf(model)
    .references(holder, holder.getName())
    .flatMap((name) => {
      const parent = name.getParent();
      const value = Node.isPropertyAccessExpression(parent) && parent.getNameNode() === name ? parent : name;
      const access = value.getParent();
      return Node.isElementAccessExpression(access) && access.getExpression() === value ? [access] : [];
    });
}

function findStreams(model: CodeModel): Dispatch[] {
  return model.sourceFiles().flatMap((file) => {
    if (!file.getFullText().includes(SSE_HELLO)) return [];
    return file
      .getDescendants()
      .filter(
        (node) =>
          Node.isStringLiteral(node) || Node.isTemplateExpression(node) || Node.isNoSubstitutionTemplateLiteral(node),
      )
      .filter((node) => node.getText().slice(1).startsWith(SSE_HELLO))
      .map((call): Dispatch => ({ kind: 'rpc', call }));
  });
}

/** `body?.method` and `body.method` are the same expression. */
function plain(node: Node): string {
  return node.getText().replaceAll('?.', '.');
}

function literal(node: Node): string | undefined {
  const value = unwrap(node);
  return Node.isStringLiteral(value) || Node.isNoSubstitutionTemplateLiteral(value)
    ? value.getLiteralValue()
    : undefined;
}
