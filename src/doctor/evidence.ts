import type { StartCommand } from '../types.ts';
import type { Exchange } from './gather/http.ts';
import type { RegistrationEvidence } from './gather/registration.ts';
import type { LoginEvidence } from './login-evidence.ts';
import type { Client } from './profiles/clients.ts';
import type { ProjectEvidence } from './static/types.ts';
import type { TokenEvidence } from './token/decode.ts';
import type { Target } from './types.ts';

/** Everything that was seen, in one pass. The checks read it and nothing else. */
export interface Evidence {
  target: Target;
  options: { client?: Client | undefined; register: boolean };
  /** Milliseconds since 1970 when the evidence was taken. */
  now: number;
  project?: ProjectEvidence | undefined;
  live?: LiveEvidence | undefined;
  /** Where nothing listens, though the server of the project should: it is not running. */
  atRest?: string | undefined;
  /** How the server of the project is started, where it matters. */
  start?: StartCommand | undefined;
  /** Why there is no `live`. */
  whyNotLive?: string | undefined;
  as?: AsEvidence | undefined;
  token?: TokenEvidence | undefined;
  registration?: RegistrationEvidence | undefined;
  login?: LoginEvidence | undefined;
  /** Every exchange, for `--verbose` and reports. */
  log: Exchange[];
}

export interface LiveEvidence {
  /** The MCP endpoint as it was given. */
  url: string;
  net: NetEvidence;
  mcp: McpEvidence;
  prm: PrmEvidence;
}

export interface NetEvidence {
  addresses: string[];
  /** Error code of the resolver. */
  dnsProblem?: string;
  /** End of the certificate, as the server presents it. */
  certificateEnd?: string;
  certificateProblem?: string;
  /** Somebody accepts connections at the port. */
  isConnected?: boolean;
}

/** What the endpoint answered. Only `initialize` is sure to be there: without an answer to it nothing more is asked. */
export interface McpEvidence {
  initialize: Exchange;
  list?: Exchange;
  discover?: Exchange;
  /** A call of a tool that does not exist. */
  call?: Exchange;
  get?: Exchange;
  garbage?: Exchange;
  /** Right in every claim, but not signed by the authorization server. */
  forged?: Exchange;
  preflight?: Exchange;
  /** With the Origin of a web page. */
  fromPage?: Exchange;
  /** The same path with, or without, a slash at the end. */
  otherSlash?: Exchange;
  /** `X-Forwarded-Host` of a stranger. */
  forwarded?: Exchange;
  /** By the User-Agent of clients. */
  agents: Record<string, Exchange>;
  /** A path beside the endpoint where nothing can be. */
  nowhere?: Exchange;
  /** Other usual paths, when nothing was found at this one. */
  elsewhere: Exchange[];
}

export interface PrmEvidence {
  /** `resource_metadata` of the challenge, when it is none of the well-known places. */
  header?: Exchange;
  /** URL in the challenge, as it stands there. */
  headerUrl?: string;
  path?: Exchange;
  root?: Exchange;
  /** `/mcp/.well-known/…`, where nobody looks. */
  appended?: Exchange;
  preflight?: Exchange;
  /** The metadata of an authorization server at the MCP server itself, which clients fall back to. */
  fallback?: Exchange;
}

export interface AsEvidence {
  /** The issuer that was looked up: from the metadata of the resource, else from the project. */
  issuer: string;
  addressProblem?: string;
  /** One for each place where clients look, in their order. */
  documents: Exchange[];
  /** Other authorization servers in the list, when the first is not usable. */
  others: { issuer: string; documents: Exchange[] }[];
  jwks?: Exchange;
  authorizationEndpoint?: Exchange;
  tokenEndpoint?: TokenEndpointEvidence;
  /** From a web page. */
  cors: { metadata?: Exchange; token?: Exchange; registration?: Exchange };
}

export interface TokenEndpointEvidence {
  /** A code and a client that do not exist, without client authentication. */
  none: Exchange;
  basic: Exchange;
}
