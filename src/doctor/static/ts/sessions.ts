import { ts } from 'ts-morph';
import { below, nameOf, unwrap, type Code } from './code.ts';
import { shown } from '../report.ts';

/** Sessions and registered clients in the memory of one instance, where a platform runs several or stops them. */
export function checkSessions(code: Code): void {
  const store = code.files.flatMap((file) => [...below(file)]).find(isStore);
  if (!store) return;
  const { file, line } = code.place(store);
  const { isScaled } = code.deployment;
  code.report.saw(
    'src.session-store',
    `${file}:${line} keeps sessions or clients in memory, and nothing here asks for more than one instance.`,
  );
  if (isScaled === undefined) return;
  code.report.fail(
    'src.session-store',
    { file, line },
    `${shown(store.getText())} lives in the memory of one instance, and ${isScaled}: the next request meets another one.`,
    'Serve without sessions (sessionIdGenerator: undefined), or keep them in a store that all instances share (Redis, a database).',
  );
}

function isStore(node: ts.Node): boolean {
  const holds = ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node);
  if (!holds || !node.initializer) return false;
  const name = nameOf(node)?.toLowerCase() ?? '';
  if (!['transport', 'session', 'clients'].some((word) => name.includes(word))) return false;
  const made = unwrap(node.initializer);
  const isMap =
    ts.isNewExpression(made) && ts.isIdentifier(made.expression) && ['Map', 'LRUCache'].includes(made.expression.text);
  return isMap || (ts.isObjectLiteralExpression(made) && made.properties.length === 0);
}
