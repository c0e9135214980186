import pluralize from 'pluralize';

/** Verbs of tool names, by what they do to the thing they name. */
// prettier-ignore
const READ = [
  'get', 'list', 'search', 'find', 'read', 'fetch', 'query', 'lookup', 'look', 'show', 'view', 'describe', 'check', 'count',
  'browse', 'load', 'retrieve', 'inspect', 'explore', 'watch', 'preview', 'download', 'export', 'select', 'summarize',
  'summarise', 'compare', 'analyze', 'analyse', 'validate', 'verify', 'explain', 'extract', 'scrape', 'crawl', 'calculate',
  'compute', 'convert', 'detect', 'diagnose', 'discover', 'aggregate', 'translate', 'parse', 'locate', 'peek', 'assess',
  'recommend', 'suggest', 'predict',
];
// prettier-ignore
const WRITE = [
  'create', 'add', 'update', 'set', 'send', 'write', 'insert', 'upsert', 'edit', 'modify', 'change', 'rename', 'move', 'copy',
  'post', 'put', 'patch', 'save', 'store', 'upload', 'import', 'publish', 'assign', 'book', 'schedule', 'enable', 'disable',
  'append', 'replace', 'merge', 'close', 'open', 'start', 'stop', 'complete', 'mark', 'submit', 'register', 'invite', 'grant',
  'approve', 'archive', 'restore', 'duplicate', 'make', 'toggle', 'reply', 'attach', 'apply', 'configure', 'provision',
  'rerun', 'trigger', 'deploy', 'pause', 'resume', 'upgrade', 'broadcast', 'reopen', 'confirm', 'accept', 'reject', 'decline',
  'deny', 'share', 'subscribe', 'unsubscribe', 'activate', 'deactivate', 'connect', 'disconnect', 'install', 'reschedule',
  'reserve', 'refund', 'pay', 'notify', 'unlock', 'unmerge', 'unpin', 'unstar', 'unarchive', 'unassign', 'adjust', 'increase',
  'decrease', 'increment', 'finalize', 'finalise', 'escalate', 'join', 'leave',
  // It ends an order and leaves it there, as `close` and `archive` do.
  'cancel',
];
// prettier-ignore
const DELETE = [
  'delete', 'remove', 'drop', 'purge', 'destroy', 'erase', 'clear', 'wipe', 'revoke', 'unlink', 'truncate', 'uninstall',
];

/** Words that are as often the thing itself: verbs only where the name has no other. */
const ALSO_NOUNS: Record<string, Verb> = {
  filter: 'read',
  scan: 'read',
  fork: 'write',
  link: 'write',
  lock: 'write',
  pin: 'write',
  push: 'write',
  reset: 'write',
  star: 'write',
  switch: 'write',
  sync: 'write',
  transfer: 'write',
};

/** Words that end the noun: `get_records_by_client` is about records. */
const PREPOSITIONS = ['by', 'for', 'from', 'with', 'in', 'of', 'to', 'on', 'at', 'via', 'using', 'and', 'into', 'as'];
/** Words that say which or how many, not what. */
// prettier-ignore
const QUALIFIERS = [
  'all', 'my', 'the', 'a', 'an', 'new', 'many', 'multiple', 'single', 'recent', 'latest', 'current', 'available', 'batch',
  'bulk',
];
const CONJUNCTIONS = ['or', 'and'];

export type Verb = 'read' | 'write' | 'delete';

const VERBS = new Map<string, Verb>([
  ...READ.map((word): [string, Verb] => [word, 'read']),
  ...WRITE.map((word): [string, Verb] => [word, 'write']),
  ...DELETE.map((word): [string, Verb] => [word, 'delete']),
]);

export interface ReadName {
  verb?: Verb;
  /** Words of the thing the tool is about, in lower case; empty when the name is nothing but a verb. */
  noun: string[];
}

/**
 * Takes a tool's name apart. The verb is the first word that is one (`ip_get_details`, `tasks.search`); the thing is what
 * follows it, or, when nothing does, what stands before it.
 */
export function readName(name: string): ReadName {
  const words = wordsOf(name);
  const sure = words.findIndex((word) => VERBS.has(word));
  const at = sure >= 0 ? sure : words.findIndex((word) => Object.hasOwn(ALSO_NOUNS, word));
  if (at < 0) return { noun: core(words) };
  const [verb, end] = joined(words, at);
  const after = core(words.slice(end));
  return { verb, noun: after.length > 0 ? after : core(words.slice(0, at)) };
}

/** `create_or_update_file`: the verb that does most, and where the noun begins. */
function joined(words: string[], at: number): [Verb, number] {
  const verbs = [verbOf(words[at])];
  let end = at + 1;
  for (; CONJUNCTIONS.includes(words[end] ?? '') && verbOf(words[end + 1]); end += 2)
    verbs.push(verbOf(words[end + 1]));
  return [(['delete', 'write'] as const).find((verb) => verbs.includes(verb)) ?? 'read', end];
}

function verbOf(word = ''): Verb | undefined {
  return VERBS.get(word) ?? (Object.hasOwn(ALSO_NOUNS, word) ? ALSO_NOUNS[word] : undefined);
}

/** `search-tasks`, `searchTasks`, `search_tasks`, `tasks.search`, `getHTTPStatus`, `getURLs` -> words in lower case. */
function wordsOf(name: string): string[] {
  const words = name.match(/\p{Lu}{2,}s?(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{N}]+|\p{Lu}+|[\p{L}\p{N}]+/gu) ?? [];
  return words.map((word) => word.toLowerCase());
}

function core(words: string[]): string[] {
  const end = words.findIndex((word) => PREPOSITIONS.includes(word));
  const head = end < 0 ? words : words.slice(0, end);
  return head.filter((word) => !QUALIFIERS.includes(word));
}

/** Words without a plural that the library does not know. */
// prettier-ignore
const UNCOUNTABLE = [
  'documentation', 'feedback', 'freebusy', 'health', 'html', 'info', 'json', 'knowledge', 'sql', 'syntax', 'usage', 'weather',
];
for (const word of UNCOUNTABLE) pluralize.addUncountableRule(word);

/** `task` -> `tasks`, `weather` -> `weather`. */
export function plural(noun: string): string {
  return pluralize(noun);
}
