import { CliError } from '../../errors.ts';
import type { AuthEvidence } from '../auth-refusal.ts';
import type { CodeModel } from '../model.ts';
import { derivedClass } from '../own-server/creations.ts';
import { objectsOf } from '../syntax/objects.ts';
import { FASTMCP, fastMcpServers } from './servers.ts';

const OWN_AUTH = ['authenticate', 'auth', 'oauth'];

/** A FastMCP server that authenticates its clients with fastmcp's own means. */
export function fastMcpAuth(model: CodeModel): AuthEvidence | undefined {
  for (const { creation } of fastMcpServers(model)) {
    const properties = objectsOf(creation.getArguments()[0]).flatMap((object) => object.getProperties());
    const own = properties.find((each) => 'getName' in each && OWN_AUTH.includes(each.getName()));
    if (!own || !('getName' in own)) continue;
    const place = model.placeOf(own);
    return { what: `gives FastMCP the option ${own.getName()} (${place})`, place };
  }
  return undefined;
}

/** Why a project with fastmcp in which nothing listens for HTTP is left alone; `undefined` when it does not use it. */
export function fastMcpRefusal(model: CodeModel): CliError | undefined {
  const derived = derivedClass(model, FASTMCP);
  if (derived) {
    return new CliError(
      'unsupported-shape',
      `At ${model.placeOf(derived)} a class derives from FastMCP, so what it serves is not known; nothing was changed.`,
      'Create the server with new FastMCP({ … }) itself, then run add-auth again.',
    );
  }
  if (fastMcpServers(model).length === 0) return undefined;
  return new CliError(
    'stdio-only',
    'This server speaks stdio only: it is started by the client on the same machine, where OAuth does not apply.',
    "Start it with server.start({ transportType: 'httpStream', httpStream: { port: 8080 } }) first, then run add-auth again.",
  );
}
