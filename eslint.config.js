import tseslint from 'typescript-eslint';

/** The seams of the program: who may touch the process, the terminal, the disk and the network. */
const NO_EXIT = {
  selector: "CallExpression[callee.object.name='process'][callee.property.name='exit']",
  message: 'Throw a CliError; only the entry ends the process.',
};
const NO_FETCH = {
  selector:
    "CallExpression[callee.name='fetch'], CallExpression[callee.object.name='globalThis'][callee.property.name='fetch']",
  message: 'The network belongs to src/providers, src/oauth and src/doctor.',
};
const NO_STREAMS = {
  selector: "MemberExpression[object.name='process'][property.name=/^(stdout|stderr|stdin)$/]",
  message: 'The terminal belongs to src/ui.',
};
const NO_WRITE_NAMES = [
  'writeFile',
  'writeFileSync',
  'appendFile',
  'appendFileSync',
  'createWriteStream',
  'rename',
  'renameSync',
  'rm',
  'rmSync',
  'unlink',
  'unlinkSync',
  'mkdir',
  'mkdirSync',
  'rmdir',
  'rmdirSync',
  'copyFile',
  'copyFileSync',
  'cp',
  'cpSync',
  'chmod',
  'chmodSync',
  'symlink',
  'symlinkSync',
];
const NO_WRITES = {
  selector: `CallExpression[callee.name=/^(${NO_WRITE_NAMES.join('|')})$/], CallExpression[callee.object.name=/^(fs|fsp|promises)$/][callee.property.name=/^(${NO_WRITE_NAMES.join('|')})$/]`,
  message: 'Files are written by src/apply alone.',
};

const CLACK = { name: '@clack/prompts', message: 'Questions are asked through src/ui.' };
/** Heavy packages stay out of what `--help` loads: import them inside modules that are loaded when needed. */
const HEAVY = ['ts-morph', 'execa', 'oidc-provider', 'jose', 'oauth4webapi', 'diff', 'magic-string'].map((name) => ({
  name,
  message: 'Part of what --help loads: import it in a module that is loaded when needed.',
  allowTypeImports: true,
}));

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'reports', '.tmp', '.stryker-tmp', 'test/fixtures', '**/node_modules'] },
  {
    files: ['**/*.{ts,js,mjs}'],
    extends: [tseslint.configs.recommended],
    rules: {
      'max-lines': ['error', { max: 300 }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'templates/**/*.ts', 'test/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, attributes: false } },
      ],
      '@typescript-eslint/await-thenable': 'error',
    },
  },
  // Specifications may be long; what they check may not.
  { files: ['test/**'], rules: { 'max-lines': ['error', { max: 600 }] } },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-imports': ['error', { paths: [CLACK] }],
      'no-restricted-syntax': ['error', NO_EXIT, NO_STREAMS, NO_WRITES, NO_FETCH],
    },
  },
  { files: ['src/providers/**', 'src/oauth/**', 'src/doctor/**'], rules: restrict(NO_EXIT, NO_STREAMS, NO_WRITES) },
  { files: ['src/apply/**'], rules: restrict(NO_EXIT, NO_STREAMS, NO_FETCH) },
  // Keeps its keys on disk, and has to know whether a Ctrl-C reaches the command beside it.
  { files: ['src/dev/**'], rules: restrict(NO_EXIT, NO_FETCH) },
  {
    files: ['src/ui/**'],
    rules: { 'no-console': 'off', 'no-restricted-imports': 'off', ...restrict(NO_EXIT, NO_WRITES, NO_FETCH) },
  },
  { files: ['src/mode.ts'], rules: restrict(NO_EXIT, NO_WRITES, NO_FETCH) },
  { files: ['src/cli.ts'], rules: restrict(NO_WRITES, NO_FETCH) },
  {
    files: ['src/cli.ts', 'src/cli/**/*.ts', 'src/mode.ts', 'src/errors.ts', 'src/ui/{index,style,spinner}.ts'],
    rules: {
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-restricted-imports': ['error', { paths: [...HEAVY, CLACK] }],
    },
  },
);

function restrict(...rules) {
  return { 'no-restricted-syntax': ['error', ...rules] };
}
