import { Node, type ObjectLiteralExpression } from 'ts-morph';
import { functionPlace } from '../functions/places.ts';
import type { CodeModel } from '../model.ts';
import { nodeServer } from '../node-shared/node-server.ts';
import { originsOf, ownServers, type Creation, type OwnServer } from '../own-server/creations.ts';
import { once } from '../syntax/memo.ts';
import { methodCall, unwrap } from '../syntax/nodes.ts';
import { isChangedLater, objectsOf } from '../syntax/objects.ts';
import { packageExport } from '../syntax/packages.ts';
import { hasComputedName, propertyValue } from '../syntax/properties.ts';
import { staticPort } from '../syntax/static-value.ts';
import { FRAMEWORKS, type Creator, type Framework } from './frameworks.ts';

/** One server of a framework that is started. */
export interface SelfHosted {
  framework: Framework;
  creator: Creator;
  creation: Creation;
  paths: string[];
  /** Why the paths are not all known. */
  problem?: string;
  port?: number;
}

/** The servers of all frameworks that something starts; one that a host of the project's own serves is none. */
export const selfHosted = once((model: CodeModel): SelfHosted[] =>
  FRAMEWORKS.flatMap((framework) => startedServers(model, framework)),
);

function startedServers(model: CodeModel, framework: Framework): SelfHosted[] {
  return createdServers(model, framework).flatMap(({ creator, creation, calls }) => {
    const starts = calls.filter((call) => methodCall(call)?.name === framework.start);
    if (starts.length === 0 && !(framework.startsDefaultExport && isDefaultExport(model, creator, creation))) return [];
    const port = starts.map((call) => staticPort(call.getArguments()[0])).find((each) => each !== undefined);
    const paths = pathsOf(model, creator, creation);
    return [{ framework, creator, creation, ...paths, ...(port === undefined ? {} : { port }) }];
  });
}

/** Every server of a framework in the project, and what is called on it of what starts it or hands requests to it. */
export function createdServers(model: CodeModel, framework: Framework): (OwnServer & { creator: Creator })[] {
  const methods = [framework.start, ...framework.otherHosts];
  return framework.creators.flatMap((creator) =>
    ownServers(model, creator, methods).map((server) => ({ ...server, creator })),
  );
}

/** By the file that the framework's command loads; what a host finds in its own folder, that host serves. */
function isDefaultExport(model: CodeModel, creator: Creator, creation: Creation): boolean {
  const origins = originsOf(nodeServer(model), creator);
  return model
    .sourceFiles()
    .filter((file) => functionPlace(model.pathOf(file), model.snapshot) === undefined)
    .flatMap((file) => file.getExportAssignments())
    .some((each) => !each.isExportEquals() && origins.of(each.getExpression()).includes(creation));
}

function pathsOf(
  model: CodeModel,
  { paths, pathOption, options }: Creator,
  creation: Creation,
): Pick<SelfHosted, 'paths' | 'problem'> {
  if (pathOption === undefined) return { paths };
  const { constants, identifiers } = nodeServer(model);
  const objects = objectsOf(creation.getArguments()[options]);
  const values = objects.flatMap((object) => propertyValue(object, pathOption) ?? []);
  const texts = values.map((value) => constants.strings(value));
  const isOpen =
    objects.length === 0 ||
    objects.some((object) => mayName(object, pathOption) || isChangedLater(object, identifiers));
  if (isOpen || texts.includes(undefined))
    return { paths, problem: `${pathOption}, the path of the MCP endpoint, is known only at run time` };
  return { paths: values.length === 0 ? paths : [...new Set(texts.flatMap((each) => each ?? []))] };
}

/** Is something spread into an object that may bring this property? `...(isPublic && { host: '0.0.0.0' })` may not. */
function mayName(object: ObjectLiteralExpression, name: string): boolean {
  if (hasComputedName(object)) return true;
  return object.getProperties().some((property) => {
    if (!Node.isSpreadAssignment(property)) return false;
    const spread = unwrap(property.getExpression());
    const isConditional = Node.isBinaryExpression(spread) && spread.getOperatorToken().getText() === '&&';
    const given = isConditional ? unwrap(spread.getRight()) : spread;
    return !Node.isObjectLiteralExpression(given) || given.getProperty(name) !== undefined || mayName(given, name);
  });
}

/** The objects that the servers of a framework are created with. */
export function optionsOf(model: CodeModel, framework: Framework): ObjectLiteralExpression[] {
  return createdServers(model, framework).flatMap(({ creation }) =>
    creation.getArguments().flatMap((argument) => objectsOf(argument)),
  );
}

/** Where functions of the package hand requests to a server in a host of the project's own. */
export function handlersMade(model: CodeModel, { id, otherHosts }: Framework): Node[] {
  const { identifiers } = nodeServer(model);
  return otherHosts
    .flatMap((name) => identifiers.named(name))
    .filter((name) => Node.isCallExpression(name.getParent()) && packageExport(name)?.module.startsWith(`${id}/`));
}
