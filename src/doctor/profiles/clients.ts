/** The clients that `--client` knows. */
export const CLIENTS = [
  'chatgpt',
  'claude',
  'claude-code',
  'vscode',
  'cursor',
  'inspector',
  'mcp-remote',
  'gemini',
  'copilot-studio',
] as const;
export type Client = (typeof CLIENTS)[number];

/** A client by the name that somebody typed: `gemini-cli` is `gemini`. */
export function clientNamed(name: string): Client | undefined {
  const plain = name.trim().toLowerCase();
  return CLIENTS.find((client) => client === plain || `${client}-cli` === plain);
}
