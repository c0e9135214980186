import { quoteArgument } from '../quote-argument.ts';
import type { Style } from './style.ts';

/** One thing to do next: a sentence, and lines to paste. */
export interface NextStep {
  what: string;
  lines: string[];
  /** How many of its lines, from the first, are for a shell; none where it is left out. */
  commands?: number;
}

export interface NextInput {
  provider: string;
  resource: string;
  /** What starts the server, e.g. `npm start`. */
  start: string;
  /** What has to be run before `start` finds the changes: it runs compiled output. */
  build?: string;
  /** The legacy SSE transport alone: clients have to be told. */
  sseOnly?: boolean;
  /** Clients cannot register themselves: what connects them is a client id, and a step of the plan says where it goes. */
  typesClientIds?: boolean;
  /** Name under which clients list the server. */
  name: string;
  /** Directory as given on the command line; `.` when it is the working directory. */
  dir: string;
}

/** How to start the server and connect the usual clients. */
export function nextSteps(input: NextInput): NextStep[] {
  const { provider, resource, start, build, dir, typesClientIds = false } = input;
  const cd = dir === '.' ? [] : [`cd ${quoteArgument(dir)}`];
  const server = provider === 'local' ? `npx add-auth@latest dev -- ${start}` : start;
  const lines = [...cd, ...(build === undefined ? [] : [build]), server];
  return [
    {
      what: provider === 'local' ? 'Start the server beside the local authorization server' : 'Start the server',
      lines,
      commands: lines.length,
    },
    {
      what: 'See whether clients can connect, and why not',
      lines: [`npx add-auth@latest doctor ${quoteArgument(resource)}`],
      commands: 1,
    },
    ...(typesClientIds ? TYPED_CLIENTS : clientsThatRegister(input)),
  ];
}

const TYPED_CLIENTS: NextStep[] = [
  { what: 'Get a token to try it with', lines: ['npx add-auth@latest token'], commands: 1 },
  {
    what: 'Clients cannot register themselves there: type a client id into each',
    lines: ['the ids of those that add-auth has made stay in .mcp-builder/state.json'],
  },
];

function clientsThatRegister({ resource, name, sseOnly = false }: NextInput): NextStep[] {
  const type = sseOnly ? 'sse' : 'http';
  return [
    {
      what: `Try it in the MCP Inspector (${sseOnly ? 'SSE' : 'Streamable HTTP'}, then Connect)`,
      lines: ['npx @modelcontextprotocol/inspector', resource],
      commands: 1,
    },
    {
      what: 'Claude Code',
      lines: [`claude mcp add --transport ${type} ${quoteArgument(name)} ${quoteArgument(resource)}`],
      commands: 1,
    },
    {
      what: 'VS Code: .vscode/mcp.json',
      lines: [JSON.stringify({ servers: { [name]: { type, url: resource } } })],
    },
    { what: 'ChatGPT and Claude on the web: add a custom connector with this URL', lines: [webLine(resource)] },
  ];
}

/** The command lines among the steps, as `next` of the JSON document carries them. */
export function nextCommands(input: NextInput): string[] {
  return nextSteps(input).flatMap(({ lines, commands = 0 }) => lines.slice(0, commands));
}

/** The steps in a box as wide as its longest line; lines to paste stay free of the frame. */
export function renderNext(title: string, steps: NextStep[], style: Style): string {
  const body = steps.flatMap(({ what, lines }, index) => [
    ...(index === 0 ? [] : ['']),
    `  ${what}`,
    ...lines.map((line) => `    ${style.cyan(line)}`),
  ]);
  const rule = '─'.repeat(Math.min(78, Math.max(title.length, ...steps.flatMap(lengths))));
  return ['', `  ${style.bold(title)}`, style.dim(`  ${rule}`), ...body, style.dim(`  ${rule}`)].join('\n');
}

function lengths({ what, lines }: NextStep): number[] {
  return [what.length, ...lines.map((line) => line.length + 2)];
}

function webLine(resource: string): string {
  if (resource.startsWith('https://')) return resource;
  const { pathname } = new URL(resource);
  return `needs a public https URL: deploy, then run add-auth again with --resource https://your-host${pathname}`;
}
