import { lookup } from 'node:dns/promises';
import { connect } from 'node:tls';
import type { NetEvidence } from '../evidence.ts';

/** Looks up the host and, for https, at its certificate. Never throws. */
export async function gatherNet(url: URL, timeout: number): Promise<NetEvidence> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const found = await lookup(host, { all: true }).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) return { addresses: [], dnsProblem: found.code ?? found.message };
  const addresses = found.map(({ address }) => address);
  if (url.protocol !== 'https:') return { addresses };
  return { addresses, ...(await certificateOf(host, Number(url.port || 443), timeout)) };
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
