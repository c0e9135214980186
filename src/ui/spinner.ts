import type { Style } from './style.ts';

export interface Spinner {
  update(message: string): void;
  /** Ends with a tick; without a message the last one stands. */
  stop(message?: string): void;
  /** Ends with a cross. */
  fail(message?: string): void;
}

/** A line that is longer than the terminal is wide could not be drawn over. */
function widthOf(stream: NodeJS.WritableStream): number {
  return (stream as NodeJS.WriteStream).columns || 80;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * One line that moves while work is done; without a terminal just the start and the end.
 * It leaves stdin alone on purpose: Ctrl-C has to reach the transaction that may be under way.
 */
export function createSpinner(
  message: string,
  { stream, style, animated }: { stream: NodeJS.WritableStream; style: Style; animated: boolean },
): Spinner {
  let current = message;
  let frame = 0;
  const draw = (): void => {
    frame = (frame + 1) % FRAMES.length;
    stream.write(`\r\x1b[2K${style.cyan(FRAMES[frame] ?? '')} ${current.slice(0, widthOf(stream) - 3)}`);
  };
  const timer = animated ? setInterval(draw, 80) : undefined;
  timer?.unref();
  // At once: the work may not let the timer have a turn for a while.
  if (animated) draw();
  else stream.write(`${style.dim('·')} ${message}\n`);
  const end = (mark: string, last: string): void => {
    clearInterval(timer);
    stream.write(`${animated ? '\r\x1b[2K' : ''}${mark} ${last}\n`);
  };
  return {
    update: (next) => void (current = next),
    stop: (last = current) => end(style.green('✔'), last),
    fail: (last = current) => end(style.red('✖'), last),
  };
}
