import { ts } from 'ts-morph';
import type { Evaluator } from './evaluate.ts';
import { unknown, type Env, type Value } from './values.ts';

const PER_ELEMENT = ['forEach', 'map', 'flatMap', 'filter', 'find', 'some', 'every', 'reduce', 'sort'];
/** Methods that give back the same elements, or some of them. */
const SAME_ELEMENTS = ['filter', 'slice', 'sort', 'toSorted', 'reverse', 'toReversed', 'flat', 'values', 'splice'];
const STRING_METHODS = new Map<string, (text: string) => string>([
  ['toLowerCase', (text) => text.toLowerCase()],
  ['toUpperCase', (text) => text.toUpperCase()],
  ['trim', (text) => text.trim()],
  ['toString', (text) => text],
]);

/** Does this method call its argument with every element of a list? */
export function isListCallback(method: string): boolean {
  return PER_ELEMENT.includes(method);
}

/** The elements of something iterable. What is not known stays one unknown element. */
export function elementsOf(value: Value): Value[] {
  if (value.kind === 'list') return value.items;
  if (value.kind === 'map') return value.entries.map((entry) => pair(entry.key, entry.value));
  return value.kind === 'unknown' ? [value] : [];
}

/**
 * Calls of the language's own library: `Object.values(…)`, `list.map(…)`, `require(…)`, `import(…)`.
 * @returns `undefined` when the call is none of these
 */
export function callBuiltin(evaluator: Evaluator, call: ts.CallExpression, env: Env): Value[] | undefined {
  const callee = call.expression;
  const first = call.arguments[0];
  const isImport =
    callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
  if (isImport && first) return importedModule(evaluator, first);
  if (first && ts.isIdentifier(callee) && callee.text === 'String') return evaluator.values(first, env);
  if (!ts.isPropertyAccessExpression(callee)) return undefined;
  const holder = callee.expression;
  if (ts.isIdentifier(holder)) {
    const known = callStatic(evaluator, `${holder.text}.${callee.name.text}`, call, env);
    if (known) return known;
  }
  return callMethod(evaluator, callee, call, env);
}

function importedModule(evaluator: Evaluator, specifier: ts.Expression): Value[] {
  if (!ts.isStringLiteralLike(specifier)) return unknown(specifier, 'the module is chosen when the program runs');
  const file = evaluator.program.fileOf(specifier);
  const symbol = file && evaluator.program.checker.getSymbolAtLocation(file);
  return symbol ? [{ kind: 'module', symbol }] : [{ kind: 'external', module: specifier.text, name: '*' }];
}

function callStatic(evaluator: Evaluator, name: string, call: ts.CallExpression, env: Env): Value[] | undefined {
  const args = (): Value[][] => evaluator.arguments(call, env);
  const first = (): Value[] => args()[0] ?? [];
  const list = (pick: (value: Value) => Value[] | undefined): Value[] => [
    { kind: 'list', items: first().flatMap((value) => pick(value) ?? unknown(call, 'its content is not known')) },
  ];
  const { properties } = evaluator;
  switch (name) {
    case 'Object.values':
      return list((value) => properties.entries(value)?.flatMap((entry) => entry.value));
    case 'Object.keys':
      return list((value) => properties.entries(value)?.flatMap((entry) => entry.key));
    case 'Object.entries':
      return list((value) => properties.entries(value)?.map((entry) => pair(entry.key, entry.value)));
    case 'Object.fromEntries':
      return [
        {
          kind: 'map',
          entries: first()
            .flatMap(elementsOf)
            .flatMap((item) => {
              const [key, ...rest] = elementsOf(item);
              return key ? [{ key: [key], value: rest }] : [];
            }),
        },
      ];
    case 'Object.assign':
      return [
        {
          kind: 'map',
          entries: args()
            .flat()
            .flatMap((value) => properties.entries(value) ?? []),
        },
      ];
    case 'Object.freeze':
    case 'Object.seal':
    case 'structuredClone':
    case 'Promise.resolve':
    case 'Promise.all':
      return first();
    case 'Array.from':
      return [{ kind: 'list', items: applied(evaluator, first().flatMap(elementsOf), args()[1]) }];
    case 'Array.of':
      return [{ kind: 'list', items: args().flat() }];
    default:
      return undefined;
  }
}

function callMethod(
  evaluator: Evaluator,
  callee: ts.PropertyAccessExpression,
  call: ts.CallExpression,
  env: Env,
): Value[] | undefined {
  const method = callee.name.text;
  const isKnown = [...PER_ELEMENT, ...SAME_ELEMENTS, 'concat', 'at', 'get', 'keys', 'entries', 'join', 'bind'].includes(
    method,
  );
  if (!isKnown && !STRING_METHODS.has(method)) return undefined;
  const holders = evaluator.values(callee.expression, env);
  const results = holders.map((holder) => methodOf(evaluator, holder, method, call, env));
  return results.some((result) => result === undefined) ? undefined : results.flatMap((result) => result ?? []);
}

function methodOf(
  evaluator: Evaluator,
  holder: Value,
  method: string,
  call: ts.CallExpression,
  env: Env,
): Value[] | undefined {
  if (holder.kind === 'string') {
    const apply = STRING_METHODS.get(method);
    return apply ? [{ ...holder, value: apply(holder.value) }] : undefined;
  }
  if (holder.kind === 'function' && method === 'bind') return [holder];
  if (holder.kind === 'unknown') return [holder];
  if (holder.kind === 'map') return mapMethod(evaluator, holder, method, call, env);
  if (holder.kind !== 'list') return undefined;
  if (SAME_ELEMENTS.includes(method)) return [holder];
  const args = evaluator.arguments(call, env);
  switch (method) {
    case 'map':
      return [{ kind: 'list', items: applied(evaluator, holder.items, args[0]) }];
    case 'flatMap':
      return [
        {
          kind: 'list',
          items: applied(evaluator, holder.items, args[0]).flatMap((v) => (v.kind === 'list' ? v.items : [v])),
        },
      ];
    case 'concat':
      return [
        { kind: 'list', items: [...holder.items, ...args.flat().flatMap((v) => (v.kind === 'list' ? v.items : [v]))] },
      ];
    case 'find':
    case 'at':
      return holder.items;
    case 'entries':
      return [{ kind: 'list', items: holder.items.map((item) => pair(unknown(call, 'it is an index'), [item])) }];
    default:
      return unknown(call, 'what this call returns is not known');
  }
}

function mapMethod(
  evaluator: Evaluator,
  holder: Extract<Value, { kind: 'map' }>,
  method: string,
  call: ts.CallExpression,
  env: Env,
): Value[] | undefined {
  if (method === 'values') return [{ kind: 'list', items: holder.entries.flatMap((entry) => entry.value) }];
  if (method === 'keys') return [{ kind: 'list', items: holder.entries.flatMap((entry) => entry.key) }];
  if (method === 'entries') return [{ kind: 'list', items: elementsOf(holder) }];
  if (method !== 'get') return undefined;
  const keys = (evaluator.arguments(call, env)[0] ?? []).flatMap((key) => (key.kind === 'string' ? [key.value] : []));
  if (keys.length === 0) return holder.entries.flatMap((entry) => entry.value);
  return keys.flatMap((key) => evaluator.properties.get([holder], key, call));
}

/** `fn` called with each element on its own, so that what is taken from one element stays together. */
function applied(evaluator: Evaluator, items: Value[], fn: Value[] | undefined): Value[] {
  if (!fn) return items;
  return fn.flatMap((callee) =>
    callee.kind === 'function' ? items.flatMap((item) => evaluator.returns(callee, [[item]])) : [],
  );
}

function pair(key: Value[], value: Value[]): Value {
  return { kind: 'list', items: [...key.slice(0, 1), ...value] };
}
