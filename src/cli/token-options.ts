import type { Command } from 'commander';
import type { TokenOptions } from '../commands/options.ts';
import { CliError } from '../errors.ts';
import { isScopeToken } from '../scopes/scope-token.ts';
import { nonEmpty } from './arguments.ts';

const HELP = `
Asks nobody where there is a test client (provider local; in .env for Auth0 and Okta); else you log
in with a browser, or with a code on another device. Messages go to stderr.
The secret of --client-id comes from ADD_AUTH_CLIENT_SECRET.

  curl -H "Authorization: Bearer $(npx add-auth token)" https://mcp.example.com/mcp`;

/** The options of `add-auth token`. */
export function addTokenOptions(command: Command): Command {
  return command
    .option('--scope <scope,…>', 'scopes to ask for, instead of all of the project (repeatable)', collectScopes)
    .option('--client-id <id>', 'a client that is registered at the authorization server', nonEmpty('--client-id'))
    .option('--port <number>', 'port of the redirect URI http://127.0.0.1:PORT/callback', portNumber)
    .option('--device', 'log in on another device, with a code')
    .option('--copy', 'put it into the clipboard instead of on stdout')
    .option('--decode', 'show header and claims on stderr')
    .addHelpText('after', HELP);
}

/** @param command as parsed */
export function tokenOptions(dir: string | undefined, command: Command): TokenOptions {
  const flags = command.optsWithGlobals<{ scope?: string[]; clientId?: string; port?: number }>();
  const is = (name: string): boolean => (flags as Record<string, unknown>)[name] === true;
  return {
    dir: dir ?? '.',
    ...(flags.scope && { scopes: flags.scope }),
    ...(flags.clientId !== undefined && { clientId: flags.clientId }),
    ...(flags.port !== undefined && { port: flags.port }),
    device: is('device'),
    copy: is('copy'),
    decode: is('decode'),
    json: is('json'),
  };
}

/** Collects `--scope "a b"`, `--scope a,b` and `--scope a --scope b`. */
function collectScopes(value: string, before: string[] = []): string[] {
  const scopes = nonEmpty('--scope')(value)
    .split(/[\s,]+/)
    .filter((scope) => scope !== '');
  const bad = scopes.length === 0 ? value : scopes.find((scope) => !isScopeToken(scope));
  if (bad === undefined) return [...new Set([...before, ...scopes])];
  const example = 'Write for example --scope read:tasks,write:tasks';
  throw new CliError('invalid-option', `--scope ${value}: "${bad}" is not a scope.`, example);
}

function portNumber(value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port > 0 && port < 65_536) return port;
  throw new CliError('invalid-option', `--port ${value} is not a port number.`, 'Give a number from 1 to 65535.');
}
