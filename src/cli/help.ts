export const EXAMPLES = `
Examples:
  npx add-auth@latest --dry-run                     show what would change; touch nothing
  npx add-auth@latest --provider local --yes        try it with no account at all
  npx add-auth@latest dev -- npm start              authorization server and server, side by side
  npx add-auth@latest --provider custom --issuer https://login.example.com \\
    --resource https://mcp.example.com/mcp          an authorization server you have
  npx add-auth@latest --tool-scope delete-task=admin:tasks --public get-status
  npx add-auth@latest doctor https://your-host/mcp  why can a client not connect?
  npx add-auth@latest remove                        take it out again, byte for byte

Exit codes:
  0    done, or nothing to do
  1    failed, or problems found
  2    wrong usage, or a missing answer (the message names the option)
  3    something is left for a person (the message shows the snippet)
  4    the provider refused
  130  interrupted

Secrets come from the environment, never from options. Nothing is asked when stdin or stdout is no
terminal, in CI, under a coding agent, and with --yes or --json.`;

/** The commands, as `--help` lists them. */
export const SUMMARY =
  'Gives an MCP server an OAuth 2.1 login that ChatGPT, Claude, VS Code and Cursor can use, with every tool behind the right scope.';
