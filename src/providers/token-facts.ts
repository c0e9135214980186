import { TOKEN_CLIENT } from './known-clients.ts';

/** What `add-auth token` has to know of a provider. */
interface TokenFacts {
  /** The step that makes its client, where clients cannot register themselves. */
  step?: string;
  /** Where that is called back, for providers that compare the port as well (RFC 8252 §7.3 tells them not to). */
  port?: number;
  /** Tokens are for what `audience` names in the request. */
  takesAudience?: true;
  /** A request for a scope that was not granted to the client is refused, and one for none gets all of them. */
  grantsUnasked?: true;
  /** A request for a scope that its metadata do not list is refused. */
  onlyListedScopes?: true;
  /** How a client shows its secret. */
  authMethod?: 'client_secret_post';
  /** What to do where nobody can log in. */
  alone?: string;
}

/** By provider; none for those that are as the standards have it. */
export const TOKEN_FACTS = {
  auth0: {
    takesAudience: true,
    grantsUnasked: true,
    authMethod: 'client_secret_post',
    alone: 'Set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET of a test client in .env, or run it in a terminal.',
  },
  supabase: { onlyListedScopes: true },
  okta: {
    step: `okta.client.${TOKEN_CLIENT.id}`,
    port: TOKEN_CLIENT.port,
    alone:
      'Run add-auth again without --no-test-client; or give an application that may use client credentials, and that the access policy lets in: --client-id ID with ADD_AUTH_CLIENT_SECRET set; or run it in a terminal.',
  },
  entra: {
    step: 'entra.client',
    alone: 'Run it in a terminal, or with --device: Entra puts no scopes into tokens that a client gets for itself.',
  },
  cognito: { step: `cognito.client.${TOKEN_CLIENT.id}`, port: TOKEN_CLIENT.port },
} as const satisfies Record<string, TokenFacts>;

/** Those of a provider. */
export const tokenFactsOf = (provider: string): TokenFacts =>
  Object.hasOwn(TOKEN_FACTS, provider) ? TOKEN_FACTS[provider as keyof typeof TOKEN_FACTS] : {};
