import { AGAIN, ProviderError } from '../provider-error.ts';

interface Refused {
  /** To follow `could not`: `read the realm acme`. */
  what: string;
  host: string;
  realm: string;
  status?: number;
  /** Keycloak's own words. */
  said?: string | undefined;
  /** Why no answer came. */
  dropped?: string;
  /** The token came from the environment, and nobody can get a new one. */
  isGivenToken: boolean;
}

/** Says in one sentence what Keycloak refused, and in another what to do. */
export function refusal({ what, host, realm, status, said, dropped, isGivenToken }: Refused): ProviderError {
  const words = said === undefined ? '' : `: ${said.replace(/\.$/, '')}`;
  const error = (message: string, fix: string): ProviderError => new ProviderError(status, message, fix);
  if (status === undefined) {
    return error(`Could not ${what}: no usable answer from ${host} (${dropped}).`, `Check the network, then ${AGAIN}.`);
  }
  switch (status) {
    case 401:
      return isGivenToken
        ? error(
            'Keycloak does not accept KEYCLOAK_ACCESS_TOKEN (401); an administrator’s token lives for a minute unless the realm says otherwise.',
            'Get a new one and run again at once, or set KEYCLOAK_ADMIN_USER and KEYCLOAK_ADMIN_PASSWORD instead.',
          )
        : error(`Keycloak has ended the session of the administrator (401${words}).`, `Then ${AGAIN}.`);
    case 403:
      return error(
        `The administrator may not ${what} (403${words}).`,
        `Give them the roles view-realm, manage-realm, view-clients and manage-clients of ${realm}, or use another administrator.`,
      );
    case 429:
      return error(
        `Keycloak, or what stands before it, limits the rate of requests (429).`,
        `Wait a while, then ${AGAIN}.`,
      );
    default:
      return status >= 500
        ? error(`Keycloak failed to ${what} (${status}${words}).`, `Look at its log, then ${AGAIN}.`)
        : error(
            `Keycloak refused to ${what} (${status}${words}).`,
            'Put right what it says, and run the same command again; it goes on where it stopped.',
          );
  }
}
