import type { IncomingMessage } from 'node:http';
import { Refusal } from './answers.ts';
import { MAX_BODY, tooLarge } from './messages.ts';

/**
 * Reads the body and puts it back, so that body parsers and transports after us read the same bytes. That has to happen
 * before the stream emits `end`, thus in the very tick in which its last piece is read.
 */
export async function readBody(req: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  // Small bodies come together with their headers: they are here when Node has done with this piece of input.
  if (!req.complete) await new Promise(setImmediate);
  for (;;) {
    const piece = req.read() as Buffer | null; // all that is there
    if (piece !== null) pieces.push(piece);
    size += piece?.length ?? 0;
    if (size > MAX_BODY) throw tooLarge();
    if (req.complete && req.readableLength === 0) break;
    await more(req);
  }
  const body = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
  if (size > 0) req.unshift(body);
  return body;
}

/** Waits until there is more to read, or nothing any more. Throws Refusal when the connection is lost. */
function more(req: IncomingMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMore = (): void => settle(resolve);
    const onLost = (): void => settle(() => reject(new Refusal(400, 'the request was cut off')));
    function settle(how: () => void): void {
      req.off('readable', onMore).off('end', onMore).off('close', onLost).off('error', onLost);
      how();
    }
    req.on('readable', onMore).on('end', onMore).on('close', onLost).on('error', onLost);
    if (req.destroyed) onLost();
  });
}
