import { describe, expect, it } from 'vitest';
import { defaultResource } from '../../../src/plan/resource.ts';

describe('the URL clients will type when nobody said which', () => {
  it('has the port and the path of the code, and only this machine reaches it', () => {
    const { resource, warning } = defaultResource({ endpoint: '/api/mcp', port: 4801 });
    expect(resource).toBe('http://localhost:4801/api/mcp');
    expect(warning.message).toContain('only clients on this machine');
    expect(warning.fix).toContain('--resource https://your-host/api/mcp');
  });

  it('says that its port is a guess when the code does not show one', () => {
    const { resource, warning } = defaultResource({ endpoint: '/mcp' });
    expect(resource).toBe('http://localhost:3000/mcp');
    expect(warning.message).toContain('does not show which port');
    expect(warning.fix).toContain('--resource URL');
  });

  it('guesses the port of uvicorn for a Python server', () => {
    expect(defaultResource({ endpoint: '/sse', language: 'python' }).resource).toBe('http://localhost:8000/sse');
  });
});
