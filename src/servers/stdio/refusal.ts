import { CliError } from '../../errors.ts';

/** What a person has to write where add-auth cannot. */
const BY_HAND = `// 1. a function that makes a new server, for each session one
function createServer() {
  const server = new McpServer({ name: 'my-server', version: '1.0.0' });
  registerTools(server);
  return server;
}

// 2. the way in over HTTP, in a file of its own; add-auth protects it when you run it again
import { createServer as createHttpServer } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

createHttpServer(async (req, res) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  res.on('close', () => void transport.close());
  await createServer().connect(transport);
  await transport.handleRequest(req, res);
}).listen(3000, '127.0.0.1');`;

/** The refusal to add HTTP to a stdio server. @param reason a sentence without its full stop */
export function stdioOnly(reason: string): CliError {
  return new CliError(
    'stdio-only',
    `This server speaks stdio only, and HTTP cannot be added safely: ${reason}.`,
    'Change that first, or add HTTP by hand as shown; then run add-auth again.',
    { manual: [{ what: 'A Streamable HTTP endpoint beside stdio', snippet: BY_HAND }] },
  );
}
