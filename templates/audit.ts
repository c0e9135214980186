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

let sink = (line: string): void => void process.stderr.write(`${line}\n`);

/** Sends audit lines (JSON, without line break) somewhere else than to stderr. */
export function setAuditSink(next: (line: string) => void): void {
  sink = next;
}

/** Writes one line. JSON escapes line breaks, so nobody who chooses a name can write a line of their own. */
export function audit(entry: AuditEntry): void {
  const line: Record<string, string | undefined> = { time: new Date().toISOString(), decision: entry.decision };
  for (const name of ['subject', 'client', 'method', 'tool', 'reason'] as const) {
    const text = entry[name];
    if (text !== undefined) line[name] = printable(text);
  }
  sink(JSON.stringify(line));
}

/** Some terminals obey C1 controls, and some log readers break lines at U+2028; JSON leaves both as they are. */
function printable(text: string): string {
  return text.slice(0, LONGEST).replace(/[\u007f-\u009f\u2028\u2029]/g, '?');
}
