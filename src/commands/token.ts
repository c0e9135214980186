import { readKeys, TOKEN_CLIENT_ID } from '../dev/keys.ts';
import { localFiles } from '../dev/private-files.ts';
import { settingsOf, readAuthState } from '../dev/settings.ts';
import { EXIT } from '../errors.ts';
import { isAttended } from '../mode.ts';
import { clientCredentials } from '../oauth/client-credentials.ts';
import { decodeToken, remarksOn } from '../oauth/inspect-token.ts';
import { localToken, notRunning } from '../oauth/local-token.ts';
import type { Login } from '../oauth/login.ts';
import { findClipboard } from '../platform/clipboard.ts';
import type { Ui } from '../ui/index.ts';
import type { CommandResult, Io, TokenOptions } from './options.ts';
import { projectRoot } from './project-root.ts';
import { logInPerson } from './token-login.ts';
import { readTokenSettings, type TokenSettings } from './token-settings.ts';
import { tokenWay } from './token-way.ts';

/** `add-auth token [dir]`: nothing but the token on stdout, for `curl -H "Authorization: Bearer $(add-auth token)"`. */
export async function token(options: TokenOptions, { mode, ui }: Io): Promise<CommandResult> {
  const root = await projectRoot(options.dir);
  const copy = options.copy ? findClipboard() : undefined;
  const settings = readTokenSettings(root);
  const login = await getToken(root, settings, options, ui);
  const { accessToken, expiresIn, scopes, notGranted, issuer, resource, clientId } = login;
  for (const { message, fix } of remarksOn(accessToken, settings)) ui.warn(message, fix);
  if (notGranted.length > 0)
    ui.warn(`Not granted: ${notGranted.join(' ')}`, 'Tools that need it answer 403 to this token.');
  const decoded = options.decode ? decodeToken(accessToken) : undefined;
  if (decoded && !mode.json) ui.info(JSON.stringify(decoded, null, 2));
  if (copy) {
    await copy(accessToken);
    ui.success('The token is in the clipboard.');
  } else if (!mode.json) ui.stdout(accessToken);
  return {
    exit: EXIT.done,
    json: {
      ...(copy ? { copied: true } : { accessToken }),
      ...(expiresIn !== undefined && { expiresIn }),
      ...{ scopes, issuer, clientId, resource },
      ...decoded,
    },
  };
}

function getToken(root: string, settings: TokenSettings, options: TokenOptions, ui: Ui): Promise<Login> {
  const way = tokenWay(options, settings, {
    clientSecret: process.env['ADD_AUTH_CLIENT_SECRET'],
    attended: isAttended(),
    ci: Boolean(process.env['CI']),
  });
  switch (way.by) {
    case 'local':
      return tokenOfLocal(root, options);
    case 'client':
      return clientCredentials(way.target, way.client);
    case 'person':
      return logInPerson(way, options, ui);
  }
}

/** The embedded server has a client of its own for this. */
function tokenOfLocal(root: string, options: TokenOptions): Promise<Login> {
  const settings = settingsOf(readAuthState(root));
  const keys = readKeys(localFiles(root));
  if (!keys) throw notRunning(settings.issuer);
  return localToken({
    issuer: settings.issuer,
    clientId: TOKEN_CLIENT_ID,
    clientSecret: keys.tokenClientSecret,
    resource: settings.resource,
    scopes: options.scopes ?? settings.scopes,
  });
}
