import { readKeys, TOKEN_CLIENT_ID } from '../dev/keys.ts';
import { localFiles } from '../dev/private-files.ts';
import { settingsOf, readAuthState } from '../dev/settings.ts';
import { EXIT } from '../errors.ts';
import { clientCredentials } from '../oauth/client-credentials.ts';
import { decodeToken, remarksOn } from '../oauth/inspect-token.ts';
import { localToken, notRunning } from '../oauth/local-token.ts';
import type { Login } from '../oauth/login.ts';
import { findClipboard } from '../platform/clipboard.ts';
import type { Ui } from '../ui/index.ts';
import type { CommandResult, Io, TokenOptions } from './options.ts';
import { projectRoot } from './project-root.ts';
import { isPersonThere, logInPerson, requirePerson } from './token-login.ts';
import { readTokenSettings, type TokenSettings } from './token-settings.ts';

/** The secret of the client that `--client-id` names. */
const SECRET = 'ADD_AUTH_CLIENT_SECRET';

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

/** A test client where there is one, because it asks nobody; else whoever sits here logs in. */
function getToken(root: string, settings: TokenSettings, options: TokenOptions, ui: Ui): Promise<Login> {
  const { provider, testClient } = settings;
  const isAutomatic = options.clientId === undefined && !options.device;
  if (isAutomatic && provider === 'local') return tokenOfLocal(root, options);
  const isAuth0 = provider === 'auth0';
  const target = {
    issuer: settings.issuer,
    resource: settings.resource,
    ...(isAuth0 && { audience: settings.audience }),
  };
  // Auth0 refuses a request for a scope that was not granted to the client, and gives all of them unasked.
  const granted = { ...target, scopes: options.scopes ?? [] };
  const authMethod = isAuth0 ? ({ authMethod: 'client_secret_post' } as const) : {};
  if (isAutomatic && testClient) return clientCredentials(granted, { ...testClient, ...authMethod });
  const secret = process.env[SECRET];
  const known = options.clientId === undefined ? undefined : { id: options.clientId, ...authMethod };
  const client = known && secret ? { ...known, secret } : known;
  if (client && 'secret' in client && !isPersonThere(options)) return clientCredentials(granted, client);
  requirePerson(options, settings);
  const wanted = { ...target, scopes: options.scopes ?? settings.scopes, onlyListedScopes: provider === 'supabase' };
  return logInPerson(wanted, options, client, ui);
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
