import type { ts } from 'ts-morph';

/**
 * What an expression can be at run time, as far as the source tells. An expression has a set of values: one for each
 * branch, each element of a loop, each call of the function around it.
 */
export type Value =
  | StringValue
  | ObjectValue
  | ListValue
  | MapValue
  | FunctionValue
  | ClassValue
  | InstanceValue
  | EnumValue
  | ModuleValue
  | ExternalValue
  | MadeValue
  | ToolNameValue
  | UnknownValue;

export interface StringValue {
  kind: 'string';
  value: string;
  /** The literal. */
  node: ts.Node;
  /** The object that carries the string as a property (or under it as a key): a tool's descriptor. */
  owner?: Value;
  /** The outermost call that handed the string on as an argument. */
  site?: ts.Node;
}
export interface ObjectValue {
  kind: 'object';
  node: ts.ObjectLiteralExpression;
  env: Env;
}
export interface ListValue {
  kind: 'list';
  items: Value[];
}
/** A `Map`, or an object literal seen as one: pairs of key and value. */
export interface MapValue {
  kind: 'map';
  entries: { key: Value[]; value: Value[] }[];
}
export interface FunctionValue {
  kind: 'function';
  node: FunctionNode;
  env: Env;
}
export interface ClassValue {
  kind: 'class';
  node: ts.ClassLikeDeclaration;
}
export interface InstanceValue {
  kind: 'instance';
  of: ts.ClassLikeDeclaration;
  /** `new X()` is exactly an X; `this` can also be something derived from it. */
  exact: boolean;
}
export interface EnumValue {
  kind: 'enum';
  node: ts.EnumDeclaration;
}
export interface ModuleValue {
  kind: 'module';
  symbol: ts.Symbol;
}
/** Something imported from a package: `name` is the export, `*` the module itself. */
export interface ExternalValue {
  kind: 'external';
  module: string;
  name: string;
}
/** What a package's class or function has made; properties extend the name: `McpServer.server`. */
export interface MadeValue {
  kind: 'made';
  module: string;
  name: string;
}
/** A `tools/call` request, its `params`, or the name in them: what a low-level handler compares with tool names. */
export interface ToolNameValue {
  kind: 'request' | 'params' | 'tool-name';
}
export interface UnknownValue {
  kind: 'unknown';
  node: ts.Node;
  reason: string;
}

export type FunctionNode =
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration
  | ts.ConstructorDeclaration
  | ts.GetAccessorDeclaration
  | ts.SetAccessorDeclaration;

/** What parameters are bound to on the way from a call into the function: a linked list, innermost first. */
export type Env = { declaration: ts.Node; values: Value[]; outer: Env } | undefined;

/** The bindings with one more, which hides an outer one of the same declaration. */
export function bind(env: Env, declaration: ts.Node, values: Value[]): Env {
  return { declaration, values, outer: env };
}

/** What a declaration is bound to, `undefined` when it is not. */
export function lookup(env: Env, declaration: ts.Node): Value[] | undefined {
  for (let at = env; at; at = at.outer) if (at.declaration === declaration) return at.values;
  return undefined;
}

/** The one value of an expression that cannot be followed. @param reason shown to people, who then write the name by hand */
export function unknown(node: ts.Node, reason: string): UnknownValue[] {
  return [{ kind: 'unknown', node, reason }];
}
