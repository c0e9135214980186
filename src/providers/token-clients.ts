import { TOKEN_CLIENT } from './known-clients.ts';

/** A client that `add-auth token` uses where clients cannot register themselves. */
interface TokenClient {
  /** The step that makes it. */
  step: string;
  /** Where it is called back, for providers that compare the port as well (RFC 8252 §7.3 tells them not to). */
  port?: number;
}

/** By provider. */
export const TOKEN_CLIENTS = {
  cognito: { step: `cognito.client.${TOKEN_CLIENT.id}`, port: TOKEN_CLIENT.port },
  entra: { step: 'entra.client' },
  okta: { step: `okta.client.${TOKEN_CLIENT.id}`, port: TOKEN_CLIENT.port },
} as const satisfies Record<string, TokenClient>;

/** That of a provider, where there is one. */
export const tokenClientOf = (provider: string): TokenClient | undefined =>
  Object.hasOwn(TOKEN_CLIENTS, provider) ? TOKEN_CLIENTS[provider as keyof typeof TOKEN_CLIENTS] : undefined;
