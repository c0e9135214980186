import { ProviderError } from '../provider-error.ts';

/** What a request is for, and the permission of a scoped access token that it needs. */
export interface Purpose {
  /** `read the Auth settings` */
  what: string;
  permission: string;
}

export const TOKENS_PAGE = 'https://supabase.com/dashboard/account/tokens';

interface Refused {
  purpose: Purpose;
  host: string;
  status?: number;
  /** The API's own words. */
  said?: string | undefined;
  /** How long it asks to wait, in ms. */
  pause?: number | undefined;
  /** Why no answer came. */
  dropped?: string;
}

/** Says in one sentence what Supabase refused, and in another what to do. */
export function refusal({ purpose, host, status, said, pause, dropped }: Refused): ProviderError {
  const error = (message: string, fix: string): ProviderError => new ProviderError(status, message, fix);
  const again = 'run add-auth again; it goes on where it stopped';
  const words = said === undefined ? '' : `: ${said.replace(/\.$/, '')}`;
  if (status === undefined) {
    return error(`${host} did not ${purpose.what} (${dropped ?? 'no answer'}).`, `Check the network, then ${again}.`);
  }
  switch (status) {
    case 401:
      return error(
        'Supabase does not accept SUPABASE_ACCESS_TOKEN (401).',
        `Create a personal access token at ${TOKENS_PAGE} and set the variable to it.`,
      );
    case 403:
      return error(
        `The access token may not ${purpose.what} (403${words}).`,
        `Use a token of an owner or administrator of the project, with the permission ${purpose.permission} if it is a scoped one.`,
      );
    case 404:
      return error(
        `Supabase cannot ${purpose.what}: there is no such project for this access token (404${words}).`,
        'Check --project (Settings, General in the dashboard), and that the token belongs to a member of it.',
      );
    case 429:
      return error(
        'Supabase limits the rate of requests, and waiting did not help (429).',
        `Wait ${pause === undefined ? 'a minute' : `${Math.ceil(pause / 1000)} seconds`}, then ${again}.`,
      );
    default:
      return status >= 500
        ? error(
            `Supabase failed to ${purpose.what} (${status}${words}).`,
            `See https://status.supabase.com, then ${again}.`,
          )
        : error(
            `Supabase refused to ${purpose.what} (${status}${words}).`,
            'Look at Authentication in the dashboard of the project, put right what it says, and run add-auth again.',
          );
  }
}
