import { Node } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { propertyValue } from '../syntax/properties.ts';
import { staticString } from '../syntax/static-value.ts';
import { callsOfExport, SERVER } from './exports.ts';

const APPS = [
  ['@modelcontextprotocol/express', 'createMcpExpressApp'],
  ['@modelcontextprotocol/fastify', 'createMcpFastifyApp'],
  ['@modelcontextprotocol/hono', 'createMcpHonoApp'],
] as const;
const HOSTS = ['@modelcontextprotocol/node', ...APPS.map(([module]) => module)];
const LOCAL_HOSTS = ['127.0.0.1', 'localhost', '::1'];

/** Frameworks that hand these settings on: their users need not name the SDK in any file. */
const BUILT_ON_IT = [SERVER, '@rekog/mcp-nest', 'mcp-handler', 'agents', 'xmcp', 'mcp-use', 'skybridge'];

/** What people should know of SDK 2 once their server asks for tokens. */
export function sdk2Notes(model: CodeModel): string[] {
  const { files, manifest } = model.snapshot;
  const isDeclared = BUILT_ON_IT.some((name) => manifest.allDependencies[name] !== undefined);
  if (!isDeclared && ![...files.values()].some((text) => text.includes(SERVER))) return [];
  const at = (node: Node): string => model.placeOf(node);
  const cached = valuesOf(model, 'cacheScope').filter((value) => staticString(value) === 'public');
  const challenges = valuesOf(model, 'scopeChallenge');
  return [
    // 2026-07-28, "Caching": what is public may be handed to anybody, whoever asked first.
    ...cached.map(
      (node) =>
        `${at(node)}: a cacheScope of 'public' lets caches hand the answer to callers without a token; make it 'private'.`,
    ),
    ...challenges.map(
      (node) => `${at(node)}: scopeChallenge asks for scopes besides those of the scope map; a caller needs both.`,
    ),
    ...HOSTS.flatMap((module) => callsOfExport(model, module, 'localhostHostValidation')).map(
      (node) => `${at(node)}: localhostHostValidation() refuses every host but this machine, a public URL too.`,
    ),
    ...APPS.flatMap(([module, name]) => callsOfExport(model, module, name))
      .filter(isForThisMachine)
      .map(
        (node) =>
          `${at(node)}: ${node.getExpression().getText()}() refuses web pages that are not of this machine; ` +
          'name the hosts of browser clients in allowedOrigins.',
      ),
  ];
}

function valuesOf(model: CodeModel, name: string): Node[] {
  return identifiersOf(model)
    .named(name)
    .flatMap((identifier) => {
      const property = identifier.getParent();
      return Node.isPropertyAssignment(property) && property.getNameNode() === identifier
        ? (property.getInitializer() ?? [])
        : [];
    });
}

/** Bound to a local address, these apps check the `Origin` of requests if they are not told which are allowed. */
function isForThisMachine(creation: Node): boolean {
  const [options] = Node.isCallExpression(creation) ? creation.getArguments() : [];
  if (!options) return true;
  if (!Node.isObjectLiteralExpression(options) || options.getProperty('allowedOrigins')) return false;
  const host = propertyValue(options, 'host');
  return host === undefined || LOCAL_HOSTS.includes(staticString(host) ?? '');
}
