import { styleText } from 'node:util';

const color = process.env.NO_COLOR ? false : Boolean(process.env.FORCE_COLOR) || process.stdout.isTTY === true;
const paint = (format) => (text) => (color ? styleText(format, text, { validateStream: false }) : text);

export const bold = paint('bold');
export const dim = paint('dim');
export const green = paint('green');
export const red = paint('red');
export const yellow = paint('yellow');
export const cyan = paint('cyan');

export const say = (text = '') => process.stdout.write(`${text}\n`);

let chapter = 0;
export const heading = (text) => say(`\n${bold(`${++chapter}. ${text}`)}`);

export const command = (text) => say(`   ${dim('$')} ${text}`);

export const indented = (text, by = '     ') => say(text.trimEnd().replace(/^(?=.)/gm, by));

/** One line a request: `POST /mcp tools/call delete-task  403`. */
export const exchange = (what, status, remark = '') => {
  const mark = status >= 500 ? red(status) : status >= 400 ? yellow(status) : green(status);
  say(`   ${what.padEnd(58)} ${mark}${remark && `  ${dim(remark)}`}`);
};

export const works = (text) => say(`   ${green('✔')} ${text}`);
