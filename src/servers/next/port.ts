const NEXT_DEFAULT_PORT = 3000;

/** The port of `next dev -p 4000` or `next start --port=4000` in the package's scripts, else Next's own default. */
export function devPort(scripts: Record<string, string>): number {
  for (const name of ['start', 'dev']) {
    const words = (scripts[name] ?? '').split(/[\s=]+/);
    if (!words.includes('next')) continue;
    const flag = words.findIndex((word) => word === '-p' || word === '--port');
    const port = flag === -1 ? Number.NaN : Number(words[flag + 1]);
    if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  }
  return NEXT_DEFAULT_PORT;
}
