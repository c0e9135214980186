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
  await new Promise(setImmediate);
  for (;;) {
    const piece = req.read() as Buffer | null; // all that is there
    if (piece !== null) pieces.push(piece);
    size += piece?.length ?? 0;
    if (size > MAX_BODY) throw tooLarge();
    if (req.complete) break;
    await more(req);
  }
  const body = Buffer.concat(pieces);
  req.unshift(body);
  return body;
}

/** Waits until there is more to read, or nothing any more. Throws Refusal when the connection is lost. */
function more(req: IncomingMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      // A listener that is left here would keep the body from those who listen to `data`.
      req.off('readable', settle).off('close', settle);
      if (req.destroyed) reject(new Refusal(400, 'the request was cut off'));
      else resolve();
    };
    req.on('readable', settle).on('close', settle);
    if (req.destroyed) settle();
  });
}
