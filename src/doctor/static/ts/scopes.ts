import { ts } from 'ts-morph';
import { listTools } from '../../../servers/tools/index.ts';
import { change, shown } from '../report.ts';
import { below, callsIn, lastName, nameOf, unwrap, type Code } from './code.ts';
import { functionOf, namesAny, objectOf, property, reach, textsOf } from './values.ts';

const ID = 'src.scopes-kw';

/** Scopes are given under the name that is read, and a map of tools knows all of them. */
export function checkScopes(code: Code): void {
  checkKeyword(code);
  checkForeignMap(code);
  checkData(code);
}

const GATES = ['requireBearerAuth', 'bearerAuth', 'withMcpAuth'];

/** `requireBearerAuth({ scopes })` asks for nothing: the option is called `requiredScopes`. */
function checkKeyword(code: Code): void {
  for (const call of code.files.flatMap((file) => [...callsIn(file)])) {
    if (!GATES.includes(lastName(call.expression) ?? '')) continue;
    const options = call.arguments.map((each) => objectOf(code, each)).find((each) => each !== undefined);
    if (!options) continue;
    const right = property(options, 'requiredScopes');
    const place = code.place(call);
    if (right)
      code.report.saw(
        ID,
        `${lastName(call.expression) ?? ''} asks for ${shown(right.getText())} (${place.file}:${place.line}).`,
      );
    const wrong = ['scopes', 'scope', 'required_scopes', 'requiredScope'].find((name) => property(options, name));
    if (right || wrong === undefined) continue;
    code.report.fail(
      ID,
      place,
      `${lastName(call.expression) ?? ''} does not know the option ${wrong}, so no scope is asked for.`,
      change(
        `${wrong}: ${shown(property(options, wrong)?.getText() ?? '')}`,
        `requiredScopes: ${shown(property(options, wrong)?.getText() ?? '')}`,
      ),
    );
  }
}

/** A constant that says in its name that it holds the scopes of tools, and in its keys which. */
function checkForeignMap(code: Code): void {
  for (const node of code.files.flatMap((file) => [...below(file)])) {
    if (!ts.isVariableDeclaration(node) || !node.initializer) continue;
    const name = nameOf(node)?.toLowerCase().replaceAll('_', '') ?? '';
    const map = unwrap(node.initializer);
    if (!name.includes('tool') || !name.includes('scope') || !ts.isObjectLiteralExpression(map)) continue;
    if (map.properties.length === 0 || map.properties.some((each) => !ts.isPropertyAssignment(each))) continue;
    const keys = map.properties.map((each) => nameOf(each) ?? '');
    const { tools, unresolved } = listTools(code.program.model);
    if (tools.length === 0) continue;
    code.report.saw(ID, `${nameOf(node) ?? ''} was compared with the ${tools.length} tools of the server.`);
    reportMap(code, node, { keys, tools: tools.map((tool) => tool.name), isWhole: unresolved.length === 0 });
  }
}

interface Compared {
  keys: string[];
  tools: string[];
  isWhole: boolean;
}

function reportMap(code: Code, map: ts.VariableDeclaration, { keys, tools, isWhole }: Compared): void {
  const name = nameOf(map) ?? '';
  const open = publicTools(code, map.getSourceFile());
  const without = tools.filter((each) => !keys.includes(each) && !open?.includes(each));
  const dead = isWhole ? keys.filter((each) => !tools.includes(each)) : [];
  if (without.length > 0) {
    // The gate of add-auth refuses what it does not know; what others do is their business.
    const what = open ? `so nobody may call ${without.length > 1 ? 'them' : 'it'}` : 'so nothing says what they need';
    code.report[open ? 'fail' : 'warn'](
      ID,
      code.place(map),
      `${name} has no scopes for ${without.join(', ')}, ${what}.`,
      without.map((each) => `+ '${each}': ['…'],`).join('\n'),
    );
  } else if (dead.length > 0) {
    code.report.warn(
      ID,
      code.place(map),
      `${name} names ${dead.join(', ')}, which the server does not register.`,
      `Take out ${dead.join(', ')}.`,
    );
  }
}

/** The tools that the scope map of add-auth leaves open; undefined in another file. */
function publicTools(code: Code, file: ts.SourceFile): string[] | undefined {
  const list = below(file).find((node) => ts.isVariableDeclaration(node) && nameOf(node) === 'PUBLIC_TOOLS');
  return list && ts.isVariableDeclaration(list) ? textsOf(code, list.initializer) : undefined;
}

const SQL = ['select ', 'insert into ', 'update ', 'delete from '];
const USERS = [
  'authInfo',
  'requireUser',
  'extra',
  'user',
  'userId',
  'user_id',
  'sub',
  'getUser',
  'currentUser',
  'auth',
  'session',
  'tenantId',
  'ctx',
  'context',
  'claims',
  'subject',
];

/** Data of all users behind a login of one: a query in a tool that never asks who calls. Only a guess, so a warning. */
function checkData(code: Code): void {
  if (!namesAny(code.files, ['protectMcp', 'requireBearerAuth', 'jwtVerify', 'verifyAccessToken'])) return;
  for (const call of code.files.flatMap((file) => [...callsIn(file)])) {
    if (!['registerTool', 'tool'].includes(lastName(call.expression) ?? '') || call.arguments.length < 2) continue;
    const [tool] = call.arguments;
    const last = call.arguments.at(-1);
    const handler = last && functionOf(code, last);
    if (!tool || !handler || !ts.isFunctionLike(handler)) continue;
    const nodes = reach(code, handler, 1);
    const query = nodes
      .flatMap((node) => [...below(node)])
      .find((node) => ts.isCallExpression(node) && isOfUsers(node));
    if (!query || namesAny(nodes, USERS)) continue;
    code.report.warn(
      ID,
      code.place(query),
      `The tool ${shown(tool.getText())} reads rows that belong to users, and never looks at who calls.`,
      `Ask for the rows of the caller only:\n+ const user = requireUser(extra);   // extra is the last parameter of the handler\n+ … WHERE user_id = \${user.subject}`,
    );
  }
}

/** A query of a table with a column for the user: only there isolation is meant. */
function isOfUsers(call: ts.CallExpression): boolean {
  const [text] = call.arguments;
  if (!text || !(ts.isStringLiteralLike(text) || ts.isTemplateExpression(text))) return false;
  const sql = text.getText().slice(1).trimStart().toLowerCase();
  return (
    SQL.some((word) => sql.startsWith(word)) && !sql.includes('information_schema') && !sql.includes('where false')
  );
}
