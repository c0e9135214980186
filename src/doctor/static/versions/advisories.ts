/** A published hole in a package that MCP servers use. */
export interface Advisory {
  id: string;
  ecosystem: 'npm' | 'pypi';
  package: string;
  /** Versions that have it. */
  affected: string;
  fixed: string;
  /** What it lets others do, in one clause. */
  what: string;
  /** Published. */
  date: string;
  source: string;
  /** Only servers without a login have it. */
  open?: true;
  /** Only servers that use one of these names have it. */
  uses?: readonly string[];
}

/** From the GitHub Advisory Database and NVD, as of 2026-11. */
export const ADVISORIES: readonly Advisory[] = [
  {
    id: 'CVE-2026-25536',
    ecosystem: 'npm',
    package: '@modelcontextprotocol/sdk',
    affected: '>=1.10.0 <1.26.0',
    fixed: '1.26.0',
    what: 'answers can reach another client where one transport or server object serves several',
    date: '2026-02-04',
    source: 'https://github.com/advisories/GHSA-345p-7cg4-v4c7',
    uses: ['StreamableHTTPServerTransport', 'WebStandardStreamableHTTPServerTransport'],
  },
  {
    id: 'CVE-2025-66414',
    ecosystem: 'npm',
    package: '@modelcontextprotocol/sdk',
    affected: '<1.24.0',
    fixed: '1.24.0',
    what: 'web pages can reach a server on localhost without login by DNS rebinding',
    date: '2025-12-02',
    source: 'https://github.com/modelcontextprotocol/typescript-sdk/security/advisories/GHSA-w48q-cv73-mx4w',
    open: true,
    uses: ['StreamableHTTPServerTransport', 'SSEServerTransport'],
  },
  {
    id: 'GHSA-w2fm-25vw-vh7f',
    ecosystem: 'npm',
    package: 'mcp-handler',
    affected: '<1.1.0',
    fixed: '1.1.0',
    what: 'answers can reach another client',
    date: '2026-04-02',
    source: 'https://github.com/advisories/GHSA-w2fm-25vw-vh7f',
  },
  {
    id: 'CVE-2026-22817',
    ecosystem: 'npm',
    package: 'hono',
    affected: '<4.11.4',
    fixed: '4.11.4',
    what: 'the token chooses the algorithm that hono/jwt and hono/jwk verify it with',
    date: '2026-01-13',
    source: 'https://github.com/honojs/hono/security/advisories/GHSA-f67f-6cw9-8mq4',
    uses: ['hono/jwt', 'hono/jwk'],
  },
  {
    id: 'CVE-2022-23540',
    ecosystem: 'npm',
    package: 'jsonwebtoken',
    affected: '<9.0.0',
    fixed: '9.0.0',
    what: 'verify() without algorithms accepts unsigned tokens',
    date: '2022-12-22',
    source: 'https://github.com/advisories/GHSA-qwph-4952-7xr6',
  },
  {
    id: 'CVE-2025-66416',
    ecosystem: 'pypi',
    package: 'mcp',
    affected: '<1.23.0',
    fixed: '1.23.0',
    what: 'web pages can reach a server on localhost without login by DNS rebinding',
    date: '2025-12-02',
    source: 'https://nvd.nist.gov/vuln/detail/CVE-2025-66416',
    open: true,
  },
  {
    id: 'CVE-2025-53365',
    ecosystem: 'pypi',
    package: 'mcp',
    affected: '<1.10.0',
    fixed: '1.10.0',
    what: 'anybody can crash a Streamable HTTP server',
    date: '2025-07-04',
    source: 'https://nvd.nist.gov/vuln/detail/CVE-2025-53365',
  },
  {
    id: 'CVE-2025-53366',
    ecosystem: 'pypi',
    package: 'mcp',
    affected: '<1.9.4',
    fixed: '1.9.4',
    what: 'anybody can make the server unavailable with a malformed request',
    date: '2025-07-04',
    source: 'https://nvd.nist.gov/vuln/detail/CVE-2025-53366',
  },
  {
    id: 'CVE-2026-27124',
    ecosystem: 'pypi',
    package: 'fastmcp',
    affected: '<3.2.0',
    fixed: '3.2.0',
    what: 'OAuthProxy does not make sure that it was this browser that consented',
    date: '2026-03-31',
    source: 'https://github.com/advisories/GHSA-rww4-4w9c-7733',
    uses: [
      'OAuthProxy',
      'OIDCProxy',
      'GitHubProvider',
      'GoogleProvider',
      'AzureProvider',
      'Auth0Provider',
      'AWSCognitoProvider',
    ],
  },
  {
    id: 'CVE-2025-69196',
    ecosystem: 'pypi',
    package: 'fastmcp',
    affected: '<2.14.2',
    fixed: '2.14.2',
    what: 'OAuthProxy issues tokens for its base URL and not for the resource that was asked for',
    date: '2026-03-16',
    source: 'https://nvd.nist.gov/vuln/detail/CVE-2025-69196',
    uses: [
      'OAuthProxy',
      'OIDCProxy',
      'GitHubProvider',
      'GoogleProvider',
      'AzureProvider',
      'Auth0Provider',
      'AWSCognitoProvider',
    ],
  },
  {
    id: 'CVE-2022-29217',
    ecosystem: 'pypi',
    package: 'pyjwt',
    affected: '>=1.5.0 <2.4.0',
    fixed: '2.4.0',
    what: 'a public key can do as the secret of an HMAC where the algorithms are not fixed',
    date: '2022-05-24',
    source: 'https://pyjwt.readthedocs.io/en/stable/changelog.html#v2-4-0',
  },
];

/** What a server needs of a package, and the version that brought it (measured, or read in the source of the releases). */
export interface Requirement {
  ecosystem: Advisory['ecosystem'];
  package: string;
  since: string;
  what: string;
  /** Names or keywords that only work from there on. */
  uses: readonly string[];
}

export const REQUIREMENTS: readonly Requirement[] = [
  {
    ecosystem: 'npm',
    package: '@modelcontextprotocol/sdk',
    since: '1.12.0',
    what: 'mcpAuthMetadataRouter and protected resource metadata',
    uses: ['mcpAuthMetadataRouter', 'requireBearerAuth', 'getOAuthProtectedResourceMetadataUrl'],
  },
  {
    ecosystem: 'npm',
    package: '@modelcontextprotocol/sdk',
    since: '1.11.4',
    what: 'the user in tool handlers of Streamable HTTP',
    uses: ['authInfo', 'protectMcp'],
  },
  {
    ecosystem: 'pypi',
    package: 'mcp',
    since: '1.10.0',
    what: 'token_verifier= and protected resource metadata',
    uses: ['token_verifier', 'TokenVerifier', 'AuthSettings', 'RequireAuthMiddleware', 'BearerAuthBackend'],
  },
  {
    ecosystem: 'pypi',
    package: 'fastmcp',
    since: '2.12.2',
    what: 'RemoteAuthProvider(base_url=…)',
    uses: ['RemoteAuthProvider'],
  },
  {
    ecosystem: 'pypi',
    package: 'fastmcp',
    since: '2.11.0',
    what: 'JWTVerifier',
    uses: ['JWTVerifier', 'AuthProvider'],
  },
];
