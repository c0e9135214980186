import { afterEach, describe, expect, it, vi } from 'vitest';
import { audit, setAuditSink } from '../../../templates/audit.ts';

afterEach(() => vi.restoreAllMocks());

describe('the audit line', () => {
  it('goes to stderr, together with the others of the same moment', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    audit({ decision: 'allow', reason: 'public' });
    audit({ decision: 'deny', reason: 'no token' });
    await new Promise(setImmediate);
    expect(write).toHaveBeenCalledTimes(1);
    const [first, second, end] = String(write.mock.calls[0]?.[0]).split('\n');
    expect(first).toMatch(/^\{"time":"\d{4}-\d\d-\d\dT[\d:.]+Z","decision":"allow","reason":"public"\}$/);
    expect([JSON.parse(second!), end]).toMatchObject([{ decision: 'deny', reason: 'no token' }, '']);
    audit({ decision: 'allow', reason: 'later' });
    await new Promise(setImmediate);
    expect(write).toHaveBeenCalledTimes(2);
  });

  it('is not lost when the process ends', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.resetModules();
    const before = process.listeners('exit');
    const fresh = await import('../../../templates/audit.ts');
    const [flush] = process.listeners('exit').filter((listener) => !before.includes(listener));
    fresh.audit({ decision: 'allow', reason: 'last words' });
    flush?.(0);
    expect(write).toHaveBeenCalledTimes(1);
    await new Promise(setImmediate);
    expect(write).toHaveBeenCalledTimes(1);
  });

  it('goes elsewhere when another place is named', () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const lines: string[] = [];
    setAuditSink((line) => lines.push(line));
    audit({ decision: 'deny', reason: 'why', subject: 'alice', client: 'c', method: 'tools/call', tool: 't' });
    expect(write).not.toHaveBeenCalled();
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
