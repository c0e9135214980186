import { posix } from 'node:path';
import { Node, type ObjectLiteralExpression } from 'ts-morph';
import { XMCP_CONFIG } from '../../project/source-files.ts';
import type { CodeModel } from '../model.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { unwrap } from '../syntax/nodes.ts';
import { isChangedLater, objectsOf } from '../syntax/objects.ts';
import { hasComputedName, propertyValue } from '../syntax/properties.ts';
import { staticPort, staticString } from '../syntax/static-value.ts';

/** How a project is compiled, as far as the source says. */
export interface XmcpConfig {
  http: boolean;
  stdio: boolean;
  endpoint: string;
  port: number;
  /** The framework that takes the tools instead of a server of xmcp's own, or what may name one. It runs no middleware. */
  adapter?: Node;
  /** The login that xmcp had until version 0.5. */
  oauth?: Node;
}

/** Reads `xmcp.config.ts`; `undefined` where there is none, or where it does not export an object that is written out. */
export function xmcpConfig(model: CodeModel): XmcpConfig | undefined {
  const config = configObject(model);
  if (!config) return undefined;
  const http = propertyValue(config, 'http');
  const [options] = objectsOf(http);
  const experimental = propertyValue(config, 'experimental');
  const experiments = objectsOf(experimental);
  const experiment = (name: string): Node | undefined =>
    experiments.flatMap((each) => propertyValue(each, name) ?? [])[0];
  const isKnown = experiments.length > 0 && experiments.every((each) => isWhole(each, model));
  const [adapter, oauth] = [experiment('adapter') ?? (isKnown ? undefined : experimental), experiment('oauth')];
  return {
    http: isOn(http),
    stdio: isOn(propertyValue(config, 'stdio')),
    endpoint: staticString(options && propertyValue(options, 'endpoint')) ?? '/mcp',
    port: staticPort(options && propertyValue(options, 'port')) ?? 3001,
    ...(adapter && { adapter }),
    ...(oauth && { oauth }),
  };
}

/** The files that xmcp makes tools of, whoever imports them. */
export function toolFilesOf(model: CodeModel): string[] {
  const config = configObject(model);
  if (!config) return [];
  const [paths] = objectsOf(propertyValue(config, 'paths'));
  const own = paths && propertyValue(paths, 'tools');
  if (own && Node.isFalseLiteral(unwrap(own))) return [];
  const folder = `${posix.normalize(staticString(own) ?? 'src/tools').replace(/\/$/, '')}/`;
  return [...model.snapshot.files.keys()].filter((path) => path.startsWith(folder) && /(?<!\.d)\.tsx?$/.test(path));
}

function configObject(model: CodeModel): ObjectLiteralExpression | undefined {
  const [exported] = model.sourceFile(XMCP_CONFIG)?.getExportAssignments() ?? [];
  const [object, ...others] = objectsOf(exported?.getExpression());
  return object && others.length === 0 && isWhole(object, model) ? object : undefined;
}

/** All that is in it is written there. */
function isWhole(object: ObjectLiteralExpression, model: CodeModel): boolean {
  const isOpen = object.getProperties().some(Node.isSpreadAssignment) || hasComputedName(object);
  return !isOpen && !isChangedLater(object, identifiersOf(model));
}

/** `true` or options; what only the running compiler knows may be either. */
function isOn(value: Node | undefined): boolean {
  return value !== undefined && !Node.isFalseLiteral(unwrap(value));
}
