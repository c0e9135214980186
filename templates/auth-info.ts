/** Who has sent a request, as the transports of the MCP SDK take it and hand it on to tools: the same in all its versions. */
export interface AuthInfo {
  token: string;
  clientId: string;
  scopes: string[];
  /** Seconds since 1970. */
  expiresAt?: number;
  /** The server that the token is for. */
  resource?: URL;
  extra?: Record<string, unknown>;
}
