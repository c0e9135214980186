/** Verbs of tool names, by what they do to the thing they name. */
// prettier-ignore
const READ = [
  'get', 'list', 'search', 'find', 'read', 'fetch', 'query', 'lookup', 'look', 'show', 'view', 'describe', 'check', 'count',
  'browse', 'load', 'retrieve', 'inspect', 'explore', 'watch', 'preview', 'download', 'export', 'select', 'summarize',
  'summarise', 'compare', 'analyze', 'analyse', 'validate', 'verify',
];
// prettier-ignore
const WRITE = [
  'create', 'add', 'update', 'set', 'send', 'write', 'insert', 'upsert', 'edit', 'modify', 'change', 'rename', 'move', 'copy',
  'post', 'put', 'patch', 'save', 'store', 'upload', 'import', 'publish', 'assign', 'book', 'schedule', 'enable', 'disable',
  'append', 'replace', 'merge', 'close', 'open', 'start', 'stop', 'complete', 'mark', 'submit', 'register', 'invite', 'grant',
  'approve', 'archive', 'restore', 'duplicate', 'make', 'toggle', 'reply', 'attach',
];
const DELETE = [
  'delete',
  'remove',
  'drop',
  'purge',
  'destroy',
  'erase',
  'clear',
  'wipe',
  'revoke',
  'unlink',
  'truncate',
];

/** Words that end the noun: `get_records_by_client` is about records. */
const PREPOSITIONS = ['by', 'for', 'from', 'with', 'in', 'of', 'to', 'on', 'at', 'via', 'using', 'and', 'into', 'as'];
/** Words that say which or how many, not what. */
const QUALIFIERS = ['all', 'my', 'the', 'a', 'an', 'new', 'many', 'multiple', 'single', 'recent', 'latest', 'current'];

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
  const at = words.findIndex((word) => VERBS.has(word));
  if (at < 0) return { noun: core(words) };
  const verb = VERBS.get(words[at] ?? '');
  const after = core(words.slice(at + 1));
  return { ...(verb ? { verb } : {}), noun: after.length > 0 ? after : core(words.slice(0, at)) };
}

/** `search-tasks`, `searchTasks`, `search_tasks`, `tasks.search`, `getHTTPStatus`, `getURLs` -> words in lower case. */
function wordsOf(name: string): string[] {
  const words = name.match(/\p{Lu}{2,}s?(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{N}]+|\p{Lu}+|[\p{L}\p{N}]+/gu) ?? [];
  return words.map((word) => word.toLowerCase());
}

function core(words: string[]): string[] {
  const end = words.findIndex((word) => PREPOSITIONS.includes(word));
  const head = end < 0 ? words : words.slice(0, end);
  const plain = head.filter((word) => !QUALIFIERS.includes(word));
  return plain.length > 0 ? plain : head;
}
