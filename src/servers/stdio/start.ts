import { Node, type CallExpression } from 'ts-morph';
import { argumentsFor } from '../syntax/constants.ts';
import { declarationsOf, methodCall, unwrap } from '../syntax/nodes.ts';
import { Origins } from '../syntax/origins.ts';
import { packageExport } from '../syntax/packages.ts';
import { isCode, statementOf, type StdioProgram } from './program.ts';
import { refuse, type Holder, type Start } from './types.ts';

const MAX_HOPS = 4;

/**
 * Finds the place where stdio begins: the one `connect(new StdioServerTransport())` of the program, followed outwards
 * through methods and functions that are given the server, to where the server or what holds it is at hand.
 */
export function findStart(program: StdioProgram): Start {
  const connects = connectCalls(program);
  const [connect] = connects;
  if (!connect && usesSecondSdk(program)) return refuse('it is built on version 2 of the MCP SDK');
  if (!connect) return refuse('the place where the server is connected to stdin and stdout could not be found');
  if (connects.length > 1) {
    const places = connects.map((call) => program.placeOf(call)).join(' and ');
    return refuse(`servers are connected to stdin and stdout at several places: ${places}`);
  }
  return follow(program, connect);
}

function connectCalls({ identifiers, model, runs }: StdioProgram): CallExpression[] {
  const transports = new Origins<true>(identifiers, {
    created: (node) => (isStdioTransport(node) ? true : undefined),
    chains: () => false,
  });
  return identifiers
    .named('connect')
    .filter((name) => declarationsOf(name).length === 0)
    .map((name) => name.getParent()?.getParent())
    .filter(Node.isCallExpression)
    .filter((call) => methodCall(call)?.name === 'connect' && runs(model.pathOf(call.getSourceFile())))
    .filter((call) => {
      const [argument] = call.getArguments();
      return argument !== undefined && transports.of(argument).length > 0;
    });
}

function usesSecondSdk({ model }: StdioProgram): boolean {
  return [...model.snapshot.files.values()].some((text) => text.includes('@modelcontextprotocol/server'));
}

function isStdioTransport(node: Node): boolean {
  const made = Node.isNewExpression(node) ? packageExport(node.getExpression()) : undefined;
  return made?.name === 'StdioServerTransport' && made.module.startsWith('@modelcontextprotocol/sdk/');
}

function follow(program: StdioProgram, connect: CallExpression): Start {
  let call: Node = connect;
  let subject: Node = unwrap(methodCall(connect)!.receiver);
  let path = '';
  let holder: Holder | undefined;
  for (let hops = 0; hops < MAX_HOPS; hops++) {
    while (Node.isPropertyAccessExpression(subject) && !Node.isThisExpression(subject.getExpression())) {
      path = `.${subject.getName()}${path}`;
      subject = unwrap(subject.getExpression());
    }
    if (Node.isPropertyAccessExpression(subject)) {
      if (holder) refuse(`${program.placeOf(subject)}: the server is kept in an object inside another object`);
      holder = holderOf(subject, call, program);
      path = `.${subject.getName()}${path}`;
      call = onlyCallOf(holder.method, program);
      subject = unwrap(methodCall(call)?.receiver ?? refuse(`${program.placeOf(call)}: no object is named here`));
      continue;
    }
    const parameter = Node.isIdentifier(subject)
      ? declarationsOf(subject).find(Node.isParameterDeclaration)
      : undefined;
    if (!parameter) break;
    const owner = parameter.getParent();
    const given = argumentsFor(parameter, program.identifiers);
    const [argument] = given;
    if (!argument || given.length > 1) {
      refuse(`${program.placeOf(parameter)}: it could not be found out which server is handed over here`);
    }
    call = onlyCallOf(owner, program);
    subject = unwrap(argument);
  }
  const statement = statementOf(call);
  if (!statement) return refuse(`${program.placeOf(call)}: the server is started in the middle of an expression`);
  return { statement, subject, path, ...(holder ? { holder } : {}) };
}

/** The class around `this.server.connect(…)`. */
function holderOf(access: Node, call: Node, program: StdioProgram): Holder {
  const method = call.getFirstAncestor(
    (node) => Node.isMethodDeclaration(node) || Node.isConstructorDeclaration(node) || Node.isFunctionDeclaration(node),
  );
  const owner = method?.getParent();
  if (!Node.isMethodDeclaration(method) || !Node.isClassDeclaration(owner)) {
    return refuse(`${program.placeOf(call)}: the server is connected while the object that holds it is being made`);
  }
  const name = Node.isPropertyAccessExpression(access) ? access.getName() : '';
  const property = owner.getInstanceProperty(name);
  return { owner, method, ...(property ? { property } : {}) };
}

/** The only place that calls a function or method of the project; the class's own `this.run()` is followed no further. */
function onlyCallOf(code: Node, program: StdioProgram): CallExpression {
  const named = Node.isArrowFunction(code) || Node.isFunctionExpression(code) ? code.getParent() : code;
  const name = named && Node.hasName(named) ? named.getName() : undefined;
  if (!named || name === undefined) return refuse(`${program.placeOf(code)}: it could not be found out who calls this`);
  const calls = program.identifiers.references(named, name).flatMap((mention) => {
    const parent = mention.getParent();
    const callee = Node.isPropertyAccessExpression(parent) ? parent : mention;
    const call = callee.getParent();
    return Node.isCallExpression(call) && call.getExpression() === callee ? [call] : [];
  });
  const [call] = calls;
  if (!call || calls.length > 1) {
    return refuse(
      `${program.placeOf(code)}: ${name}() is called at ${calls.length === 0 ? 'no place' : 'several places'}`,
    );
  }
  return call;
}

/** The function that a statement runs in, `undefined` at the top of a module. */
export function functionAround(statement: Node): Node | undefined {
  return statement.getFirstAncestor(isCode);
}
