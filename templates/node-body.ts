import type { IncomingMessage } from 'node:http';
import { Refusal } from './answers.ts';
import { MAX_BODY, tooLarge } from './messages.ts';

/**
 * Reads the body and puts it back, so that body parsers and transports after us read the same bytes. That has to happen
 * before the stream emits `end`, thus in the very tick in which its last piece is read.
 */
export function readBody(req: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;

  /** Takes what has arrived. The body when that was the last of it. */
  function take(): Buffer | undefined {
    for (let piece = req.read() as Buffer | null; piece !== null; piece = req.read() as Buffer | null) {
      pieces.push(piece);
      size += piece.length;
    }
    if (size > MAX_BODY) throw tooLarge();
    if (!req.complete) return undefined;
    const body = Buffer.concat(pieces);
    if (size > 0) req.unshift(body);
    return body;
  }

  return new Promise((resolve, reject) => {
    const body = take();
    if (body) return resolve(body); // small bodies come together with their headers

    function onReadable(): void {
      try {
        const whole = take();
        if (whole) settle(() => resolve(whole));
      } catch (error) {
        settle(() => reject(error as Refusal));
      }
    }

    function onClose(): void {
      settle(() => reject(new Refusal(400, 'the request was cut off')));
    }

    function settle(how: () => void): void {
      req.off('readable', onReadable).off('end', onReadable).off('close', onClose).off('error', onClose);
      how();
    }

    req.on('readable', onReadable).on('end', onReadable).on('close', onClose).on('error', onClose);
  });
}
