import type { Node } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { propertyValue } from '../syntax/properties.ts';
import { staticPort } from '../syntax/static-value.ts';
import { serverObjects } from './server-objects.ts';

/**
 * The port that a Fetch server listens on: `serve({ fetch, port })` (@hono/node-server), `Bun.serve({ port, … })`,
 * `export default { port, fetch }`. The entry's own answer comes first, then that of any other file.
 */
export function findPort(model: CodeModel, entry: string): number | undefined {
  const isElsewhere = (object: Node): number => (model.pathOf(object.getSourceFile()) === entry ? 0 : 1);
  return serverObjects(model)
    .sort((a, b) => isElsewhere(a) - isElsewhere(b))
    .map((object) => staticPort(propertyValue(object, 'port')))
    .find((port) => port !== undefined);
}
