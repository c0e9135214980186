import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerTo, exposed, unauthorized } from './answers.ts';
import { audit } from './audit.ts';
import { loadConfig } from './config.ts';
import { isLetThrough } from './node.ts';

/**
 * The last door, right before the transport, for code that may be reached in more ways than the gate can see: what has
 * come around the gate is answered here with 401. True when the request has come through the gate.
 */
export function admitted(req: IncomingMessage, res: ServerResponse): boolean {
  if (isLetThrough(req)) return true;
  const refusal = unauthorized(loadConfig(), 'came around the gate');
  audit({ decision: 'deny', reason: refusal.message, method: req.method ?? '' });
  if (res.headersSent) {
    res.destroy();
    return false;
  }
  const { status, headers, body } = answerTo(refusal);
  const cors = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': exposed() };
  res.writeHead(status, { ...cors, ...headers }).end(body);
  return false;
}
