import { Node } from 'ts-morph';
import { CliError } from '../errors.ts';
import { reachOf } from './fetch-shared/reach.ts';
import type { CodeModel } from './model.ts';
import { nodeServer } from './node-shared/node-server.ts';
import { once } from './syntax/memo.ts';

/** How h3 is told of a handler; Nitro and Nuxt make these names known without an import. */
const MAKERS = ['eventHandler', 'defineEventHandler', 'lazyEventHandler', 'defineLazyEventHandler'].concat([
  'cachedEventHandler',
  'defineCachedEventHandler',
]);

const ON_EXPRESS = `// the same tools beside Nuxt or Nitro, on a server of their own that add-auth protects:
const app = express();
app.post('/mcp', express.json(), async (req, res) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  res.on('close', () => transport.close());
  await createServer().connect(transport);
  await transport.handleRequest(req, res, req.body);
});`;

/** Every event handler of h3 that leads to MCP. */
export const mcpEventHandlers = once((model: CodeModel): Node[] => {
  const { identifiers, leads } = nodeServer(model);
  const reach = reachOf(model);
  return MAKERS.flatMap((name) => identifiers.named(name)).filter((name) => {
    const call = name.getParent();
    if (!Node.isCallExpression(call) || call.getExpression() !== name) return false;
    return call.getArguments().some((each) => leads.from(each).length > 0 || reach.from(each).length > 0);
  });
});

/** Why MCP in event handlers of h3 (Nitro, Nuxt) is left alone; `undefined` when there is none. */
export function eventHandlerRefusal(model: CodeModel): CliError | undefined {
  const [first] = mcpEventHandlers(model);
  if (!first) return undefined;
  return new CliError(
    'unsupported-shape',
    `${model.placeOf(first)} serves MCP in an event handler of h3 (Nuxt, Nitro), which this version of add-auth does not ` +
      'rewrite: plugins, middleware and cached routes may answer before it, so that a gate in it would not see everything. ' +
      'Nothing was changed.',
    'Serve MCP with one of the servers that add-auth protects, as in the lines below.',
    { manual: [{ what: 'A server beside it', snippet: ON_EXPRESS }] },
  );
}
