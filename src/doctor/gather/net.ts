import { lookup } from 'node:dns/promises';
import { connect as connectPlain } from 'node:net';
import { connect } from 'node:tls';
import type { NetEvidence } from '../evidence.ts';

/** Looks up the host and, for https, at its certificate. Never throws. */
export async function gatherNet(url: URL, timeout: number): Promise<NetEvidence> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const found = await lookup(host, { all: true }).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) return { addresses: [], dnsProblem: found.code ?? found.message };
  const addresses = found.map(({ address }) => address);
  const isConnected = await canConnect(host, Number(url.port || (url.protocol === 'https:' ? 443 : 80)), timeout);
  if (url.protocol !== 'https:' || !isConnected) return { addresses, isConnected };
  return { addresses, isConnected, ...(await certificateOf(host, Number(url.port || 443), timeout)) };
}

function canConnect(host: string, port: number, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectPlain({ host, port, timeout });
    const end = (result: boolean): void => {
      resolve(result);
      socket.destroy();
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

/** Trust is judged by the same store that Node clients use. */
function certificateOf(
  host: string,
  port: number,
  timeout: number,
): Promise<Pick<NetEvidence, 'certificateEnd' | 'certificateProblem'>> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, servername: host, rejectUnauthorized: false, timeout });
    const end = (result: Pick<NetEvidence, 'certificateEnd' | 'certificateProblem'>): void => {
      resolve(result);
      socket.destroy();
    };
    socket.once('secureConnect', () => {
      const problem = socket.authorizationError as Error | string | undefined;
      end({
        certificateEnd: socket.getPeerCertificate().valid_to,
        ...(!socket.authorized && { certificateProblem: String((problem as { code?: string })?.code ?? problem) }),
      });
    });
    socket.once('error', () => end({}));
    socket.once('timeout', () => end({}));
  });
}
