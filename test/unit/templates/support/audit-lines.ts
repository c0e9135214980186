import { setAuditSink } from '../../../../templates/audit.ts';

export interface Line {
  time: string;
  decision: string;
  reason: string;
  subject?: string;
  client?: string;
  method?: string;
  tool?: string;
}

/** Catches audit lines from now on; the list grows as they are written. */
export function catchAuditLines(): Line[] {
  const lines: Line[] = [];
  setAuditSink((text) => lines.push(JSON.parse(text) as Line));
  return lines;
}
