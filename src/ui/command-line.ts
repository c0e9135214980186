import type { AddOptions } from '../commands/options.ts';
import { quoteArgument } from '../quote-argument.ts';

const VALUES = [
  ['provider', '--provider'],
  ['resource', '--resource'],
  ['issuer', '--issuer'],
  ['domain', '--domain'],
  ['project', '--project'],
  ['tenant', '--tenant'],
  ['region', '--region'],
  ['userPool', '--user-pool'],
  ['realm', '--realm'],
  ['audience', '--audience'],
  ['entry', '--entry'],
] as const satisfies [keyof AddOptions, string][];

/** The one command line that does the same without questions. */
export function commandLine(options: AddOptions): string {
  const words = ['npx', 'add-auth@latest'];
  if (options.dir !== '.') words.push(options.dir);
  for (const [key, option] of VALUES) {
    const value = options[key];
    if (value !== undefined) words.push(option, value);
  }
  for (const [tool, scopes] of Object.entries(options.toolScopes))
    words.push('--tool-scope', `${tool}=${scopes.join(',')}`);
  for (const tool of options.publicTools) words.push('--public', tool);
  for (const name of options.wishes.connections ?? []) words.push('--connection', name);
  for (const url of options.wishes.callbacks) words.push('--callback', url);
  if (options.wishes.rbac) words.push('--rbac');
  if (!options.wishes.testClient) words.push('--no-test-client');
  if (options.wishes.rotateKeys) words.push('--rotate-keys');
  if (options.wishes.createRealm) words.push('--create-realm');
  if (options.addHttp) words.push('--add-http');
  if (!options.provision) words.push('--no-provision');
  if (!options.install) words.push('--no-install');
  if (!options.verify) words.push('--no-verify');
  if (options.force) words.push('--force');
  words.push('--yes');
  return words.map(quoteArgument).join(' ');
}
