import type { Command } from 'commander';
import { ADD_DEFAULTS, type AddOptions } from '../commands/options.ts';
import { checkPublicAgainstScopes, collect, collectToolScope, nonEmpty } from './arguments.ts';

/** Names of the options that take one value, with what `--help` says. */
const VALUES: [flags: string, description: string][] = [
  ['--provider <name>', 'who signs users in: local, auth0, supabase, okta, entra, cognito, keycloak or custom'],
  ['--resource <url>', 'public URL of the MCP endpoint, exactly as clients type it'],
  ['--issuer <url>', 'the authorization server (custom, keycloak, okta)'],
  ['--domain <name>', 'Auth0 or Okta domain'],
  ['--project <ref>', 'Supabase project'],
  ['--tenant <id>', 'Entra tenant: its id, or a domain of it'],
  ['--region <name>', 'AWS region of the Cognito user pool'],
  ['--user-pool <id>', 'Cognito user pool'],
  ['--realm <name>', 'Keycloak realm'],
  ['--audience <string>', 'audience of the tokens (default: the resource URL)'],
  ['--entry <file>', 'the file to rewrite, where several are possible'],
];

/** Flags whose names or places differ from those of the options they become. */
interface RawFlags {
  toolScope?: AddOptions['toolScopes'];
  public?: string[];
  connection?: string[];
  callback?: string[];
  rbac?: boolean;
  testClient?: boolean;
  rotateKeys?: boolean;
  createRealm?: boolean;
}

/** The options of `add-auth [dir]`. @param run is given them parsed and checked for form */
export function addOptions(program: Command, run: (options: AddOptions) => void): void {
  program.argument('[dir]', 'directory of the MCP server (default: .)');
  for (const [flags, description] of VALUES) program.option(flags, description, nonEmpty(flags.split(' ')[0] ?? flags));
  program
    .option(
      '--tool-scope <tool=scope,…>',
      'scopes of a tool, instead of the proposed ones (repeatable)',
      collectToolScope,
    )
    .option('--public <tool>', 'this tool may be called without a token (repeatable)', collect('--public'))
    .option('--connection <name>', 'Auth0: a login method to open to MCP clients (repeatable)', collect('--connection'))
    .option('--rbac', 'Auth0: roles decide what a user may do')
    .option('--no-test-client', 'Auth0, Okta, Cognito: no client for add-auth token')
    .option(
      '--callback <url>',
      'Auth0, Okta, Entra, Cognito: redirect URI of a client that cannot register; Keycloak: of one to trust (repeatable)',
      collect('--callback'),
    )
    .option('--rotate-keys', 'Supabase: signing keys may be changed where tokens cannot be verified otherwise')
    .option('--create-realm', 'Keycloak: make the realm if it is not there')
    .option('--add-http', 'give a server that speaks stdio only a Streamable HTTP side as well')
    .option('--dry-run', 'show the whole plan, diffs included; write nothing, change nothing')
    .option('--yes', 'take every default and do not ask')
    .option('--no-provision', 'do not talk to the authorization server')
    .option('--no-install', 'do not install packages')
    .option('--no-verify', 'do not type-check the result')
    .option('--force', 'go on although git has uncommitted changes to the files it would touch')
    .option('--json', 'one JSON document on stdout, everything for people on stderr')
    .action((dir: string | undefined, flags: Partial<AddOptions> & RawFlags) => run(optionsOf(dir, flags)));
}

function optionsOf(dir: string | undefined, flags: Partial<AddOptions> & RawFlags): AddOptions {
  const { toolScope = {}, public: publicTools = [], ...rest } = flags;
  const {
    connection,
    callback = [],
    rbac = false,
    testClient = true,
    rotateKeys = false,
    createRealm = false,
    ...given
  } = rest;
  checkPublicAgainstScopes(toolScope, publicTools);
  const wishes = {
    ...(connection && { connections: connection }),
    callbacks: callback,
    rbac,
    testClient,
    rotateKeys,
    createRealm,
  };
  return { ...ADD_DEFAULTS, ...given, wishes, dir: dir ?? '.', toolScopes: toolScope, publicTools };
}
