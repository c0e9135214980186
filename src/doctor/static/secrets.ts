const NAMES = [
  'secret',
  'secretkey',
  'apikey',
  'password',
  'privatekey',
  'accesstoken',
  'authtoken',
  'servicekey',
  'servicerolekey',
  'bearertoken',
];
/** Beginnings that vendors give their secrets, so that they are found where they should not be. */
const PREFIXES = [
  'sk_live_',
  'rk_live_',
  'sk-proj-',
  'sk-ant-',
  'ghp_',
  'github_pat_',
  'xoxb-',
  'xoxp-',
  'glpat-',
  'sbp_',
  'shpat_',
  'whsec_',
];
const PLACEHOLDERS = [
  'your',
  'example',
  'changeme',
  'change-me',
  'change_me',
  'placeholder',
  'xxx',
  'test',
  'dummy',
  'sample',
  'fake',
  'replace',
  '<',
  '…',
  '...',
  'todo',
];
const MIN_LENGTH = 16;

/** Is this a value that opens something: by the way it begins, or because its name says so and it looks random? */
export function isSecret(name: string | undefined, value: string): boolean {
  if (PREFIXES.some((prefix) => value.startsWith(prefix) && value.length > prefix.length + 10))
    return !isPlaceholder(value);
  if (value.includes('-----BEGIN') && value.includes('PRIVATE KEY-----')) return value.length > 100;
  return name !== undefined && isSecretName(name) && looksRandom(value) && !isPlaceholder(value);
}

/** `clientSecret`, `AUTH0_CLIENT_SECRET`, `api_key` … */
function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll('_', '').replaceAll('-', '');
  return NAMES.some((ending) => plain.endsWith(ending));
}

/** Is a value one that somebody has still to fill in? */
export function isPlaceholder(value: string): boolean {
  const lower = value.toLowerCase();
  return PLACEHOLDERS.some((word) => lower.includes(word));
}

function looksRandom(value: string): boolean {
  if (value.length < MIN_LENGTH || value.includes(' ') || value.includes('://') || value.startsWith('/')) return false;
  const characters = [...value];
  const digits = characters.filter((each) => each >= '0' && each <= '9').length;
  return digits >= 3 && new Set(characters).size >= 8;
}
