import { Node, type SourceFile, type VariableDeclaration } from 'ts-morph';
import { packageOf } from '../../project/packages.ts';
import { ModuleGraph } from '../module-graph.ts';
import { methodCall, unwrap } from '../syntax/nodes.ts';
import { changesOf, type Change } from './changes.ts';
import { isCommonName } from './common-names.ts';
import { isCode, type StdioProgram } from './program.ts';
import { functionAround } from './start.ts';
import type { Start } from './types.ts';

/** Something that tools change and that all sessions of one process would see. */
export interface SharedState {
  declaration: VariableDeclaration;
  name: string;
  /** Where it is changed. */
  change: Node;
}

/** Packages whose objects hold what one user is doing: a browser, a shell. */
const PERSONAL = [
  'playwright',
  'playwright-core',
  '@playwright/test',
  'puppeteer',
  'puppeteer-core',
  'selenium-webdriver',
  'node-pty',
  'ssh2',
  'node-ssh',
  'appium',
];

/**
 * Finds the variables outside of any function, in all files of the program, that change after it has started. What is
 * only set up while it starts, what is made once on first use, counters and caches do not count.
 * Cannot see: state inside packages, and closures that a function of the project returns.
 */
export function sharedState(start: Start, program: StdioProgram): SharedState[] {
  const { model } = program;
  const graph = new ModuleGraph(model.snapshot);
  const files = [...graph.reachableFrom(model.pathOf(start.statement.getSourceFile()))];
  return files
    .flatMap((path) => model.sourceFile(path) ?? [])
    .flatMap((file) => file.getVariableDeclarations().map((declaration) => ({ declaration, file })))
    .flatMap(({ declaration, file }) => {
      if (!Node.isIdentifier(declaration.getNameNode())) return [];
      const name = declaration.getName();
      const change = changesOf(declaration, program).find((each) => lasts(each, declaration, { start, file, program }));
      return change ? [{ declaration, name, change: change.node }] : [];
    });
}

interface Where {
  start: Start;
  file: SourceFile;
  program: StdioProgram;
}

/** Does this change matter to another session? */
function lasts(change: Change, declaration: VariableDeclaration, { start, file, program }: Where): boolean {
  if (isAtStart(change.node, start, program, new Set())) return false;
  if (isPersonal(file)) return true;
  if (isCommonName(declaration.getName())) return false;
  if (change.kind === 'count') return false;
  return !(change.kind === 'assign' && (isEmpty(change.value) || isMadeOnce(change, declaration)));
}

/** Code that runs once, while the program starts: at the top of a module, around the start, or called from there only. */
function isAtStart(node: Node, start: Start, program: StdioProgram, seen: Set<Node>): boolean {
  const code = node.getFirstAncestor(isCode);
  if (!code || code === functionAround(start.statement)) return true;
  if (seen.has(code)) return true;
  seen.add(code);
  const named = Node.isArrowFunction(code) || Node.isFunctionExpression(code) ? code.getParent() : code;
  if (Node.isCallExpression(named)) {
    const isAtOnce = named.getExpression() === code || isLoop(named);
    return isProcessCallback(named) || (isAtOnce && isAtStart(named, start, program, seen));
  }
  if (Node.isParenthesizedExpression(named)) return isAtStart(named, start, program, seen);
  if (!named || !Node.hasName(named) || Node.isMethodDeclaration(named)) return false;
  const mentions = program.identifiers.references(named, named.getName());
  return (
    mentions.length > 0 &&
    mentions.every((mention) => {
      const call = mention.getParent();
      return Node.isCallExpression(call) && call.getExpression() === mention && isAtStart(call, start, program, seen);
    })
  );
}

/** `list.forEach((each) => { table[each] = true; })` */
function isLoop(call: Node): boolean {
  return ['forEach', 'map', 'flatMap', 'filter', 'reduce'].includes(methodCall(call)?.name ?? '');
}

/** `process.on('SIGINT', () => { stopping = true })` */
function isProcessCallback(call: Node): boolean {
  return Node.isCallExpression(call) && ['process.on', 'process.once'].includes(call.getExpression().getText());
}

function isPersonal(file: SourceFile): boolean {
  return file
    .getImportDeclarations()
    .some(
      (declaration) =>
        !declaration.isTypeOnly() && PERSONAL.includes(packageOf(declaration.getModuleSpecifierValue()) ?? ''),
    );
}

function isEmpty(value: Node | undefined): boolean {
  return value !== undefined && ['null', 'undefined'].includes(unwrap(value).getText());
}

/** `if (!client) client = new Client(…)`, `client ??= …`: for all the same, unless it is made of what a caller has sent. */
function isMadeOnce({ node, value, operator }: Change, declaration: VariableDeclaration): boolean {
  if (value && mentionsParameter(value)) return false;
  if (operator === '??=' || operator === '||=') return true;
  const code = node.getFirstAncestor(isCode);
  const name = declaration.getName();
  return (
    code
      ?.getDescendants()
      .filter(Node.isIfStatement)
      .some((test) => {
        const condition = test.getExpression();
        return (
          test.getPos() < node.getPos() &&
          [condition, ...condition.getDescendants()].some((each) => Node.isIdentifier(each) && each.getText() === name)
        );
      }) ?? false
  );
}

/** Of any function around it, itself or in what a local variable was made of. */
function mentionsParameter(value: Node, depth = 0): boolean {
  if (depth > 4) return true;
  return [value, ...value.getDescendants()].filter(Node.isIdentifier).some((identifier) =>
    (identifier.getSymbol()?.getDeclarations() ?? []).some((declaration) => {
      if (Node.isParameterDeclaration(declaration)) return !value.getDescendants().includes(declaration);
      if (Node.isBindingElement(declaration))
        return declaration.getFirstAncestor(Node.isParameterDeclaration) !== undefined;
      const isLocal = Node.isVariableDeclaration(declaration) && declaration.getFirstAncestor(isCode) !== undefined;
      const made = isLocal ? declaration.getInitializer() : undefined;
      return made !== undefined && !value.getDescendants().includes(declaration) && mentionsParameter(made, depth + 1);
    }),
  );
}
