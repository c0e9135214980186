import { writeLine } from './runtime.ts';

/** What was decided about one request, and why. Never a token, nor a part of one. */
export interface AuditEntry {
  decision: 'allow' | 'deny';
  reason: string;
  subject?: string | undefined;
  client?: string | undefined;
  /** JSON-RPC methods of the request, or the HTTP method when it carries no message. */
  method?: string | undefined;
  tool?: string | undefined;
}

const LONGEST = 200;

let sink = writeLine;

/** Sends audit lines (JSON, without line break) somewhere else. */
export function setAuditSink(next: (line: string) => void): void {
  sink = next;
}

/** Writes one line. JSON escapes line breaks, so nobody who chooses a name can write a line of their own. */
export function audit({ decision, subject, client, method, tool, reason }: AuditEntry): void {
  const time = new Date().toISOString();
  const line = { time, decision, subject: cut(subject), client: cut(client), method: cut(method), tool: cut(tool) };
  const json = JSON.stringify({ ...line, reason: cut(reason) });
  // Some terminals obey C1 controls, and some log readers break lines at U+2028; JSON leaves both as they are.
  sink(json.replace(/[\u007f-\u009f\u2028\u2029]/g, '?'));
}

function cut(text: string | undefined): string | undefined {
  return text?.slice(0, LONGEST);
}
