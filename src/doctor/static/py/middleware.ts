import { change, shown } from '../report.ts';
import { allCalls, anywhere, callsIn, names, place, says, textsOf, type Call, type PyCode } from './module.ts';
import { below, type Node } from './parser.ts';

/** Middleware that is added last is met first; in a list it is the other way round (Starlette). */
export function checkMiddleware(code: PyCode): void {
  for (const file of code.files) {
    const added = callsIn(file).filter(({ last, args }) => last === 'add_middleware' && args.length > 0);
    const listed = callsIn(file).filter(
      ({ last, name, args }) => last === 'Middleware' && name.includes('starlette') && args.length > 0,
    );
    const order = [...added.reverse(), ...listed];
    const cors = order.findIndex(({ args }) => args[0]?.text.endsWith('CORSMiddleware'));
    order.forEach((call, index) => {
      const gate = gateClass(code, call);
      if (!gate) return;
      const at = place(call.file, call.node);
      code.report.saw('src.middleware-order', `${gate.name} stands before the MCP routes (${at.file}:${at.line}).`);
      const other = order[cors];
      if (cors > index && other && !says(gate.node, ['options'])) {
        code.report.fail(
          'src.middleware-order',
          at,
          `${gate.name} is met before CORS, so OPTIONS of browsers is answered with 401.`,
          `Add CORSMiddleware after ${gate.name} (what is added last is met first):\n+ ${shown(other.node.text)}`,
        );
      }
      if (!looksAtPath(gate.node) && servesOwnMetadata(code)) {
        code.report.fail(
          'src.middleware-order',
          at,
          `${gate.name} stands before every path, the metadata too: clients without a token get 401 there.`,
          `+ if request.url.path.startsWith("/.well-known/"):\n+     return await call_next(request)`,
        );
      }
    });
  }
}

/** A class of the project that reads the token and refuses. */
function gateClass(code: PyCode, call: Call): { name: string; node: Node } | undefined {
  const name = call.args[0]?.text ?? '';
  const own = code.definitions.get(name)?.find(({ node }) => node.type === 'class_definition');
  if (!own || !says(own.node, ['authorization'])) return undefined;
  return below(own.node).some((each) => each.type === 'integer' && each.text === '401')
    ? { name, node: own.node }
    : undefined;
}

const looksAtPath = (node: Node): boolean =>
  says(node, ['.well-known', '/mcp']) ||
  below(node).some(
    (each) => each.type === 'attribute' && ['path', 'scope'].includes(each.childForFieldName('attribute')?.text ?? ''),
  ) ||
  says(node, ['path']);

const servesOwnMetadata = (code: PyCode): boolean =>
  anywhere(
    code,
    (root) => says(root, ['oauth-protected-resource']) || names(root, ['AuthSettings', 'RemoteAuthProvider']),
  );

/** Browsers show a page only what a server exposes (Fetch §3.3). */
export function checkCors(code: PyCode): void {
  for (const call of allCalls(code)) {
    if (!call.args.some((each) => each.text.endsWith('CORSMiddleware')) || call.hasSplat) continue;
    const at = place(call.file, call.node);
    code.report.saw('src.cors', `CORS of ${at.file}:${at.line} was read.`);
    const has = (list: string[], header: string): boolean =>
      list.some((each) => each === '*' || each.toLowerCase() === header);
    const allowed = textsOf(call.file, call.kwargs.get('allow_headers'));
    if (allowed && !has(allowed, 'authorization')) {
      code.report.fail(
        'src.cors',
        at,
        'CORS does not allow the Authorization header, so no web page can send a token.',
        change(
          `allow_headers=${call.kwargs.get('allow_headers')?.text ?? ''}`,
          'allow_headers=["Authorization", "Content-Type", "Mcp-Protocol-Version", "Mcp-Session-Id"]',
        ),
      );
      continue;
    }
    const given = call.kwargs.get('expose_headers');
    const exposed = textsOf(call.file, given);
    if ((given && !exposed) || (exposed && has(exposed, 'www-authenticate'))) continue;
    code.report.warn(
      'src.cors',
      at,
      'CORS does not expose WWW-Authenticate, so clients in a browser do not see the challenge.',
      '+ expose_headers=["WWW-Authenticate", "Mcp-Session-Id"],',
    );
  }
}
