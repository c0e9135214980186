import { styleText } from 'node:util';

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** Colours for one stream; with `color: false` every function returns its text as it is (https://no-color.org). */
export function createStyle(color: boolean): Style {
  // Whether the stream takes colour was decided in src/mode.ts; styleText must not decide again for stdout.
  const paint = (format: keyof Style) => (text: string) =>
    color ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    green: paint('green'),
    yellow: paint('yellow'),
    cyan: paint('cyan'),
  };
}
