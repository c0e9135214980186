import type { IncomingMessage } from 'node:http';
import { Refusal } from './answers.ts';
import { MAX_BODY, tooLarge } from './messages.ts';

/**
 * Reads the body and puts it back, so that body parsers and transports after us read the same bytes. That has to happen
 * before the stream emits `end`, thus while the `readable` event of its last piece is handled.
 */
export function readBody(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;

    function onReadable(): void {
      for (let piece = req.read() as Buffer | null; piece !== null; piece = req.read() as Buffer | null) {
        pieces.push(piece);
        size += piece.length;
      }
      if (size > MAX_BODY) settle(() => reject(tooLarge()));
      else if (req.complete) onEnd();
    }

    function onEnd(): void {
      const body = Buffer.concat(pieces);
      settle(() => resolve(body));
      if (body.length > 0) req.unshift(body);
    }

    function onClose(): void {
      settle(() => reject(new Refusal(400, 'the request was cut off')));
    }

    function settle(how: () => void): void {
      req.off('readable', onReadable).off('end', onEnd).off('close', onClose).off('error', onClose);
      how();
    }

    req.on('readable', onReadable).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}
