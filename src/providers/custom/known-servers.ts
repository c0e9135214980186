import type { KnownServer } from './known-server.ts';

const RESOURCE = { is: 'resource' } as const;
const DCR = 'registration_endpoint';
const CIMD = 'client_id_metadata_document_supported';
const SCOPE = { claim: 'scope', own: true } as const;

/**
 * Authorization servers that `--provider custom` recognises: how to tell them, what their access tokens look like, and
 * what only a person can switch on there. One entry each, with where that is from and when it was looked up; whoever
 * finds one out of date changes it here and nowhere else. `{resource}`, `{audience}` and `{scopes}` in a step are those of the
 * server that is protected. The first entry that fits counts.
 */
export const KNOWN_SERVERS: readonly KnownServer[] = [
  {
    id: 'workos',
    label: 'WorkOS AuthKit',
    source: 'https://docs.skybridge.tech/api-reference/workos-provider, api-evangelist/workos vendor facets',
    asOf: '2026-11-21',
    hosts: ['*.authkit.app'],
    endpoints: { authorization_endpoint: '/oauth2/authorize', jwks_uri: '/oauth2/jwks' },
    scope: { claim: 'scope', own: false },
    audience: RESOURCE,
    typ: ['JWT'],
    algorithms: ['RS256'],
    steps: [
      {
        what: 'Connect, Configuration: switch on Client ID Metadata Document or Dynamic Client Registration',
        unless: [DCR, CIMD],
      },
      {
        what: 'Connect, Configuration: add the resource indicator {resource}; without it "aud" is the client id, which the server refuses',
      },
    ],
  },
  {
    id: 'clerk',
    label: 'Clerk',
    source:
      'https://clerk.com/docs/oauth/how-clerk-implements-oauth, https://docs.skybridge.tech/api-reference/clerk-provider',
    asOf: '2026-11-21',
    hosts: ['*.clerk.accounts.dev', 'clerk.*'],
    scope: SCOPE,
    audience: RESOURCE,
    typ: ['at+jwt'],
    algorithms: ['RS256'],
    steps: [
      { what: 'OAuth applications: switch on Dynamic client registration', unless: [DCR, CIMD] },
      { what: 'OAuth applications: let access tokens be JWTs (opaque ones start with oat_ and cannot be verified)' },
      {
        what: 'Agents, MCP servers: register {resource}; instances without that put no "aud" into tokens, and the server refuses them',
      },
      { what: 'OAuth applications: create the scopes {scopes}' },
    ],
  },
  {
    id: 'stytch',
    label: 'Stytch Connected Apps',
    source: 'api-evangelist/stytch vendor facets; https://stytch.com/docs/guides/custom-domains/overview',
    asOf: '2026-11-21',
    hosts: ['*.customers.stytch.dev', '*.customers.stytch.com'],
    scope: SCOPE,
    audience: { is: 'asked', what: 'the id of the project (project-live-… or project-test-…)' },
    algorithms: ['RS256'],
    steps: [
      { what: 'Connected Apps: allow dynamic client registration', unless: [DCR, CIMD] },
      { what: 'Connected Apps: name the page of your app that shows the authorization request' },
      { what: 'RBAC: create the scopes {scopes}' },
    ],
  },
  {
    id: 'descope',
    label: 'Descope',
    source: 'https://docs.descope.com/agentic-identity-hub/mcp-servers/settings',
    asOf: '2026-11-21',
    hosts: ['api.descope.com', 'api.*.descope.com'],
    scope: SCOPE,
    // An MCP server there has its URL as audience; an app outside of that has the project.
    audience: { is: 'part-of-issuer', pattern: /\/v1\/apps\/(?!agentic\/)([^/]+)$/ },
    typ: ['JWT'],
    algorithms: ['RS256'],
    steps: [
      { what: 'Agentic Identity Hub, MCP Servers: set MCP Server URL to {resource}; it becomes the audience' },
      { what: 'MCP Client Registration there: DCR or CIMD on', unless: [DCR, CIMD] },
      { what: 'Scopes there: create {scopes}' },
    ],
  },
  {
    id: 'scalekit',
    label: 'Scalekit',
    source:
      'https://gofastmcp.com/python-sdk/fastmcp-server-auth-providers-scalekit, https://docs.scalekit.com/mcp/overview/',
    asOf: '2026-11-21',
    hosts: ['*.scalekit.com', '*.scalekit.dev', '*.scalekit.cloud'],
    scope: SCOPE,
    audience: RESOURCE,
    algorithms: ['RS256'],
    steps: [
      {
        what: 'MCP servers, Add MCP server: Server URL {resource} (where tokens name res_… all the same, pass that as --audience)',
      },
      { what: 'Dynamic client registration and CIMD there: on', unless: [DCR, CIMD] },
      { what: 'Scopes there: create {scopes}' },
    ],
  },
  {
    id: 'logto',
    label: 'Logto',
    source: 'https://docs.logto.io/integrate-logto/third-party-applications/dynamic-apps',
    asOf: '2026-11-21',
    hosts: ['*.logto.app'],
    endpoints: { issuer: '/oidc', jwks_uri: '/oidc/jwks' },
    scope: SCOPE,
    audience: RESOURCE,
    typ: ['at+jwt'],
    algorithms: ['ES384'],
    steps: [
      {
        what: 'API resources: create one with the identifier {audience} and the permissions {scopes}; without it tokens are opaque',
      },
      {
        what: 'Applications, Third-party apps: switch on Dynamic app (CIMD), or register each client there',
        unless: [DCR, CIMD],
      },
      { what: 'Permissions of the third-party apps: grant {scopes}; roles of the users: the same' },
    ],
  },
  {
    id: 'zitadel',
    label: 'ZITADEL',
    source: 'zitadel/zitadel apps/docs (dynamic-client-registration, client-id-metadata-document)',
    asOf: '2026-11-21',
    hosts: ['*.zitadel.cloud'],
    endpoints: { authorization_endpoint: '/oauth/v2/authorize', jwks_uri: '/oauth/v2/keys' },
    scope: { claim: null, own: false },
    audience: {
      is: 'asked',
      what: 'the id of the project; clients ask for it with urn:zitadel:iam:org:project:id:ID:aud',
    },
    algorithms: ['RS256'],
    steps: [
      { what: 'Each application, Token settings: Auth Token Type JWT (the default is opaque)' },
      {
        what: 'Register each client by hand, or have dynamic registration switched on in the security settings of the instance',
        unless: [DCR],
      },
      {
        what: 'Clients have to ask for the scope urn:zitadel:iam:org:project:id:{audience}:aud: "resource" is accepted and ignored',
      },
    ],
  },
  {
    id: 'authentik',
    label: 'authentik',
    source: 'authentik OAuth2 provider (IssuerModeEnum per_provider), docs.rs/authentik-client; unverified at a server',
    asOf: '2026-11-21',
    endpoints: { authorization_endpoint: '/application/o/authorize/' },
    slash: true,
    scope: SCOPE,
    audience: { is: 'asked', what: 'the client id of the provider' },
    algorithms: ['RS256'],
    steps: [
      { what: 'Providers: a signing key for the provider, or its tokens are signed with the client secret' },
      { what: 'Customization, Property mappings: a scope mapping for each of {scopes}, chosen in the provider' },
      { what: 'Give MCP clients the client id by hand: they cannot register themselves', unless: [DCR] },
    ],
  },
  {
    id: 'entra',
    label: 'Microsoft Entra ID',
    source: 'https://learn.microsoft.com/entra/agent-id/secure-mcp-server-with-entra-id',
    asOf: '2026-11-21',
    hosts: ['login.microsoftonline.com', 'login.microsoftonline.us', 'login.partner.microsoftonline.cn'],
    scope: { claim: 'scp', own: true },
    audience: { is: 'asked', what: 'the application (client) id of the API' },
    steps: [{ what: 'Run add-auth with --provider entra --tenant TENANT in place of custom: it sets all of this up' }],
  },
  {
    id: 'ory',
    label: 'Ory',
    source: 'https://github.com/ory/hydra (docs/advanced.md, #2549)',
    asOf: '2026-11-21',
    hosts: ['*.projects.oryapis.com'],
    endpoints: { authorization_endpoint: '/oauth2/auth', token_endpoint: '/oauth2/token' },
    scope: { claim: 'scp', own: true },
    audience: RESOURCE,
    algorithms: ['RS256'],
    steps: [
      { what: 'Configuration: strategies.access_token: jwt (the default is opaque)' },
      { what: 'Configuration: oidc.dynamic_client_registration.enabled: true', unless: [DCR] },
      {
        what: 'Each client: put {audience} on its audience list; it has to ask with audience=, because "resource" is not known',
      },
      {
        what: 'Configuration: oidc.dynamic_client_registration.default_scope: {scopes}, or each client gets them by hand',
      },
    ],
  },
  {
    id: 'fusionauth',
    label: 'FusionAuth',
    source: 'api-evangelist/fusionauth vendor facets (its MCP guide: no dynamic registration)',
    asOf: '2026-11-21',
    hosts: ['*.fusionauth.io'],
    endpoints: {
      authorization_endpoint: '/oauth2/authorize',
      device_authorization_endpoint: '/oauth2/device_authorize',
      jwks_uri: '/.well-known/jwks.json',
    },
    scope: SCOPE,
    audience: { is: 'asked', what: 'the client id (application id) that MCP clients use' },
    algorithms: ['RS256'],
    steps: [
      {
        what: 'Tenant, General: Issuer as its metadata has it; Tenant or Application, JWT: sign access tokens with an RSA key',
      },
      { what: 'Application, Scopes: create {scopes}' },
      { what: 'Give MCP clients the client id by hand: they cannot register themselves', unless: [DCR] },
    ],
  },
  {
    id: 'pingone',
    label: 'PingOne',
    source: 'https://docs.pingidentity.com/pinggateway/2026/mcp/tutorial-pingone.html',
    asOf: '2026-11-21',
    hosts: ['auth.pingone.*'],
    scope: SCOPE,
    audience: RESOURCE,
    steps: [
      {
        what: 'Applications, Resources: create one with the audience {audience} and the scopes {scopes}, and enable it',
      },
      { what: 'Register each client by hand, with the scopes of the resource', unless: [DCR, CIMD] },
    ],
  },
  {
    id: 'pingone-aic',
    label: 'PingOne Advanced Identity Cloud',
    source: 'https://docs.pingidentity.com/pinggateway/2026/mcp/tutorial-aic.html',
    asOf: '2026-11-21',
    hosts: ['*.forgeblocks.com'],
    scope: SCOPE,
    audience: RESOURCE,
    steps: [
      { what: 'Scripts, OAuth2 Access Token Modification: set "aud" to the requested resource, {audience}' },
      { what: 'OAuth2 Provider, Advanced, Client Registration Scope Allowlist: {scopes}' },
      {
        what: 'OAuth2 Provider: client-based access tokens (JWT), and dynamic registration or CIMD',
        unless: [DCR, CIMD],
      },
    ],
  },
  {
    id: 'pingfederate',
    label: 'PingFederate',
    source:
      'https://docs.pingidentity.com/pingfederate/latest/developers_reference_guide/pf_dynamic_registra_endpoint.html',
    asOf: '2026-11-21',
    endpoints: { authorization_endpoint: '/as/authorization.oauth2' },
    scope: SCOPE,
    audience: RESOURCE,
    steps: [
      {
        what: 'Access Token Management: a JSON web token manager with an asymmetric key, whose audience is {audience}',
      },
      { what: 'System, OAuth Settings, Scope Management: create {scopes}' },
      { what: 'System, OAuth Settings, Client Settings: dynamic client registration on', unless: [DCR] },
    ],
  },
  {
    id: 'better-auth',
    label: 'Better Auth',
    source: '@better-auth/oauth-provider 1.7.5, run by the tests (test/slow/better-auth.mjs)',
    asOf: '2026-11-21',
    endpoints: {
      authorization_endpoint: '/oauth2/authorize',
      token_endpoint: '/oauth2/token',
      userinfo_endpoint: '/oauth2/userinfo',
      jwks_uri: '/jwks',
    },
    scope: SCOPE,
    audience: RESOURCE,
    typ: ['at+jwt'],
    algorithms: ['EdDSA'],
    steps: [
      { what: "oauthProvider({ resources: ['{audience}'] }): else tokens are opaque" },
      { what: 'oauthProvider({ scopes: [...] }) with {scopes}' },
      {
        what: 'oauthProvider({ enforcePerClientResources: false }), or clientRegistrationDefaultResources with {audience}: else clients that register themselves may not use it',
      },
      {
        what: 'oauthProvider({ allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration: true })',
        unless: [DCR, CIMD],
      },
    ],
  },
];
