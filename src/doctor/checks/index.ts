import type { Runs } from '../run-checks.ts';
import { AS } from './as.ts';
import { AUTHZ } from './authz.ts';
import { CH } from './ch.ts';
import { CLIENT, PROFILES } from './client.ts';
import { CORS } from './cors.ts';
import { ENV } from './env.ts';
import { JWKS } from './jwks.ts';
import { MCP } from './mcp.ts';
import { NET } from './net.ts';
import { PRM } from './prm.ts';
import { REG } from './reg.ts';
import { RS } from './rs.ts';
import { SRC } from './src.ts';
import { TOK } from './tok.ts';
import { TOKEP } from './tokep.ts';

/** Every check of the closed list; the type makes sure that none is missing. */
export const RUNS: Runs = {
  ...ENV,
  ...SRC,
  ...NET,
  ...MCP,
  ...CH,
  ...PRM,
  ...AS,
  ...JWKS,
  ...REG,
  ...AUTHZ,
  ...TOKEP,
  ...TOK,
  ...RS,
  ...CORS,
  ...CLIENT,
  ...PROFILES,
};
