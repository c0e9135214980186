import { Node, type CallExpression } from 'ts-morph';
import { propertyValue } from '../syntax/properties.ts';
import { staticString } from '../syntax/static-value.ts';
import type { FileEdits } from './file-edits.ts';

const LOCAL_HOSTS = ['127.0.0.1', 'localhost', '::1'];

/**
 * Bound to a local address, `createMcpExpressApp()` and its relatives refuse every other `Host` before our gate is asked,
 * the metadata included: behind a proxy or a tunnel nobody could log in. They are told the public host as well.
 */
export function allowPublicHost(creation: CallExpression, edits: FileEdits): void {
  const [options] = creation.getArguments();
  const file = edits.of(creation.getSourceFile());
  const property = (): string => `allowedHosts: ${file.import('mcpHosts')}()`;
  if (!options) {
    const at = creation.getEnd() - 1;
    file.splice([{ start: at, end: at, text: `{ ${property()} }` }]);
    return;
  }
  if (!Node.isObjectLiteralExpression(options) || options.getProperty('allowedHosts')) return;
  const host = propertyValue(options, 'host');
  const isLocal = host === undefined || LOCAL_HOSTS.includes(staticString(host) ?? '');
  if (!isLocal || options.getProperties().some(Node.isSpreadAssignment)) return;
  const last = options.getProperties().at(-1);
  const at = last?.getEnd() ?? options.getStart() + 1;
  file.splice([{ start: at, end: at, text: last ? `, ${property()}` : ` ${property()} ` }]);
}
