import { Node, type ObjectLiteralExpression } from 'ts-morph';
import type { Transport } from '../../types.ts';
import type { CodeModel } from '../model.ts';
import type { OwnServer } from '../own-server/creations.ts';
import { Constants } from '../syntax/constants.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { unwrap } from '../syntax/nodes.ts';
import { isChangedLater, objectsOf } from '../syntax/objects.ts';
import { hasComputedName, propertyValue } from '../syntax/properties.ts';
import { staticPort, staticString } from '../syntax/static-value.ts';
import { frameworkServers } from './servers.ts';

/** What a server listens to, as far as the source says. */
export interface ServerOptions {
  transports: Transport[];
  /** Of MCP, the endpoint of Streamable HTTP first. */
  paths: string[];
  /** Paths of health checks that are not the usual one. */
  health: string[];
  port?: number;
}

/** Reads the options of `new MCPServer(…)`. Without any the server speaks stdio. */
export function serverOptions(model: CodeModel, { creation }: OwnServer): ServerOptions {
  const configs = transportConfigs(model, creation.getArguments()[0]);
  const isOf = (config: ObjectLiteralExpression | undefined, type: string): boolean =>
    (config && typesOf(config, model)?.includes(type)) ?? true;
  const may = (type: string): boolean => configs.some((config) => isOf(config, type));
  const texts = (type: string, name: string): string[] =>
    configs.flatMap((config) => (config && isOf(config, type) ? (staticString(optionOf(config, name)) ?? []) : []));
  const paths = [
    ...(may('http-stream') ? orElse(texts('http-stream', 'endpoint'), '/mcp') : []),
    ...(may('sse')
      ? [...orElse(texts('sse', 'endpoint'), '/sse'), ...orElse(texts('sse', 'messageEndpoint'), '/messages')]
      : []),
  ];
  const ports = configs.flatMap((config) => (config && staticPort(optionOf(config, 'port'))) ?? []);
  const health = configs.flatMap((config) => objectsOf(config && optionOf(config, 'health')));
  return {
    transports: [
      ...(may('http-stream') ? ['streamable-http' as const] : []),
      ...(may('sse') ? ['sse' as const] : []),
      ...(configs.length === 0 || may('stdio') ? ['stdio' as const] : []),
    ],
    paths: [...new Set(paths)],
    health: health.flatMap((object) => staticString(propertyValue(object, 'path')) ?? []),
    port: ports[0] ?? 8080,
  };
}

/** The servers that, by what the source says, may listen for HTTP. */
export function listeningFrameworkServers(model: CodeModel): OwnServer[] {
  return frameworkServers(model).filter((server) => serverOptions(model, server).paths.length > 0);
}

/** The objects that say `type` and `options`; `undefined` among them where one is not known. */
export function transportConfigs(
  model: CodeModel,
  argument: Node | undefined,
): (ObjectLiteralExpression | undefined)[] {
  if (!argument) return [];
  const objects = objectsOf(argument);
  const isChanged = objects.some((object) => isChangedLater(object, identifiersOf(model)));
  if (objects.length === 0 || isChanged) return [...objects.flatMap(transportsOf), undefined];
  return objects.flatMap(transportsOf);
}

function transportsOf(object: ObjectLiteralExpression): (ObjectLiteralExpression | undefined)[] {
  const one = propertyValue(object, 'transport');
  const several = propertyValue(object, 'transports');
  const list = several && unwrap(several);
  const nodes = [...(one ? [one] : []), ...(Node.isArrayLiteralExpression(list) ? list.getElements() : [])];
  const known = nodes.flatMap((node): (ObjectLiteralExpression | undefined)[] => {
    const found = objectsOf(node);
    return found.length > 0 ? found : [undefined];
  });
  const isOpen =
    object.getProperties().some(Node.isSpreadAssignment) ||
    hasComputedName(object) ||
    (list && !Node.isArrayLiteralExpression(list));
  return isOpen ? [...known, undefined] : known;
}

/** `undefined` where that is not certain. */
function typesOf(config: ObjectLiteralExpression, model: CodeModel): string[] | undefined {
  return new Constants(identifiersOf(model)).strings(propertyValue(config, 'type'));
}

function optionOf(config: ObjectLiteralExpression, name: string): Node | undefined {
  return objectsOf(propertyValue(config, 'options'))
    .map((options) => propertyValue(options, name))
    .find((value) => value !== undefined);
}

function orElse(texts: string[], otherwise: string): string[] {
  return texts.length > 0 ? texts : [otherwise];
}
