import { readKeys, TOKEN_CLIENT_ID } from '../dev/keys.ts';
import { localFiles } from '../dev/private-files.ts';
import { readAuthState, settingsOf } from '../dev/settings.ts';
import { CliError, EXIT } from '../errors.ts';
import { localToken, notRunning } from '../oauth/local-token.ts';
import type { CommandResult, Io, TokenOptions } from './options.ts';
import { projectRoot } from './project-root.ts';

/** `add-auth token [dir]`: nothing but the token on stdout, for `curl -H "Authorization: Bearer $(add-auth token)"`. */
export async function token(options: TokenOptions, { mode, ui }: Io): Promise<CommandResult> {
  const root = await projectRoot(options.dir);
  const auth = readAuthState(root);
  if (auth.provider !== 'local') {
    throw new CliError(
      'provider-not-supported',
      `add-auth token works with provider local only so far; this project uses ${auth.provider}.`,
      'Get a token from the authorization server itself, for the audience in MCP_AUTH_AUDIENCE.',
    );
  }
  const settings = settingsOf(auth);
  const keys = readKeys(localFiles(root));
  if (!keys) throw notRunning(settings.issuer);
  const issued = await localToken({
    issuer: settings.issuer,
    clientId: TOKEN_CLIENT_ID,
    clientSecret: keys.tokenClientSecret,
    resource: settings.resource,
    scopes: settings.scopes,
  });
  if (!mode.json) ui.stdout(issued.accessToken);
  return { exit: EXIT.done, json: { ...issued, scopes: settings.scopes, resource: settings.resource } };
}
