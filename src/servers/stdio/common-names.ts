/** What such a name holds is the same for everyone: all sessions act with the credentials of the one process. */
// prettier-ignore
const COMMON = new Set([
  'cache', 'cached', 'memo', 'limiter', 'limit', 'throttle', 'bucket', 'inflight', 'pending', 'queue', 'log', 'logger',
  'level', 'metrics', 'stats', 'count', 'counter', 'warned', 'initialized', 'initialised', 'loaded', 'ready', 'shutdown',
  'shutting', 'started', 'timestamp', 'time', 'timer', 'timeout', 'interval', 'breaker',
]);

/** Does a name say that it is about the program as a whole: a cache, a log, a counter? */
export function isCommonName(name: string): boolean {
  return wordsOf(name).some((word) => COMMON.has(word));
}

/** `lastRequestTime` -> last, request, time; `MAX_COUNT` -> max, count */
function wordsOf(name: string): string[] {
  const words = [''];
  let wasUpper = true;
  for (const character of name) {
    const isUpper = character !== character.toLowerCase();
    if (character === '_' || character === '#' || (isUpper && !wasUpper)) words.push('');
    if (character !== '_' && character !== '#') words[words.length - 1] += character.toLowerCase();
    wasUpper = isUpper;
  }
  return words;
}
