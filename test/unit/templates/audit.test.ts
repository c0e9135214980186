import { afterEach, describe, expect, it, vi } from 'vitest';
import { audit, setAuditSink } from '../../../templates/audit.ts';

afterEach(() => vi.restoreAllMocks());

describe('the audit line', () => {
  it('goes to stderr, until another place is named', () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    audit({ decision: 'allow', reason: 'public' });
    expect(write).toHaveBeenCalledTimes(1);
    expect(write.mock.calls[0]?.[0]).toMatch(
      /^\{"time":"\d{4}-\d\d-\d\dT[\d:.]+Z","decision":"allow","reason":"public"\}\n$/,
    );
    const lines: string[] = [];
    setAuditSink((line) => lines.push(line));
    audit({ decision: 'deny', reason: 'why', subject: 'alice', client: 'c', method: 'tools/call', tool: 't' });
    expect(write).toHaveBeenCalledTimes(1);
    expect(JSON.parse(lines[0]!)).toEqual({
      time: expect.any(String),
      decision: 'deny',
      subject: 'alice',
      client: 'c',
      method: 'tools/call',
      tool: 't',
      reason: 'why',
    });
  });

  it('is one line whatever people call themselves', () => {
    const lines: string[] = [];
    setAuditSink((line) => lines.push(line));
    audit({ decision: 'deny', reason: 'x', subject: 'a\r\nb\u2028c\u2029d\u009be\u007ff' });
    expect(lines[0]).not.toMatch(/[\r\n\u007f-\u009f\u2028\u2029]/);
    expect((JSON.parse(lines[0]!) as { subject: string }).subject).toBe('a\r\nb?c?d?e?f');
  });

  it('is not long', () => {
    const lines: string[] = [];
    setAuditSink((line) => lines.push(line));
    audit({ decision: 'deny', reason: 'x', tool: 'y'.repeat(5000) });
    expect((JSON.parse(lines[0]!) as { tool: string }).tool).toBe('y'.repeat(200));
  });
});
