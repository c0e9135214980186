import { describe, expect, it } from 'vitest';
import { CliError } from '../../../src/errors.ts';
import { checkIssuer, checkResource } from '../../../src/providers/url.ts';

function refusal(check: () => string): CliError {
  try {
    check();
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('--resource', () => {
  it.each([
    'https://mcp.example.com/mcp',
    'https://mcp.example.com:8443/a/b',
    'https://mcp.example.com',
    'http://localhost:3000/mcp',
    'http://127.0.0.1:3000/mcp',
    'http://127.1.2.3/mcp',
    'http://[::1]:3000/mcp',
    'http://app.localhost:3000/mcp',
  ])('accepts %s as it is', (url) => {
    expect(checkResource(url)).toBe(url);
  });

  it.each([
    ['mcp.example.com/mcp', 'has no scheme', 'https://mcp.example.com/mcp'],
    ['localhost:3000/mcp', 'has no scheme', 'http://localhost:3000/mcp'],
    ['https://mcp.example.com/mcp/', 'ends in a slash', 'https://mcp.example.com/mcp'],
    ['https://mcp.example.com/', 'ends in a slash', 'https://mcp.example.com'],
    ['https://mcp.example.com/mcp?x=1', 'has a query', 'https://mcp.example.com/mcp'],
    ['https://mcp.example.com/mcp?', 'has a query', 'https://mcp.example.com/mcp'],
    ['https://mcp.example.com/mcp#x', 'has a fragment', 'https://mcp.example.com/mcp'],
    ['https://mcp.example.com/mcp#', 'has a fragment', 'https://mcp.example.com/mcp'],
    [' https://mcp.example.com/mcp', 'contains white space', 'https://mcp.example.com/mcp'],
    ['https://mcp.example.com/mcp\n', 'contains white space', 'https://mcp.example.com/mcp'],
    ['http://mcp.example.com/mcp', 'is plain http on a public host', 'https://mcp.example.com/mcp'],
    ['http://192.168.1.5:3000/mcp', 'is plain http on a public host', 'https://192.168.1.5:3000/mcp'],
    ['http://localhost.example.com/mcp', 'is plain http on a public host', 'https://localhost.example.com/mcp'],
    ['http://0.0.0.0:3000/mcp', 'names every address', 'http://localhost:3000/mcp'],
    ['HTTPS://MCP.Example.com/mcp', 'is not spelled the way clients normalise it', 'https://mcp.example.com/mcp'],
    ['https://mcp.example.com:443/mcp', 'is not spelled the way', 'https://mcp.example.com/mcp'],
    ['https://mcp.example.com/a/../mcp', 'is not spelled the way', 'https://mcp.example.com/mcp'],
    ['http://MCP.example.com/mcp/?a#b', 'has a query', 'https://mcp.example.com/mcp'],
  ])('refuses %j because it %s, and suggests %s', (url, why, better) => {
    const error = refusal(() => checkResource(url));
    expect(error.code).toBe('invalid-url');
    expect(error.message).toContain(why);
    expect(error.fix).toBe(`Use --resource ${better}`);
    expect(checkResource(better)).toBe(better);
  });

  it.each(['', '  ', 'ftp://mcp.example.com/mcp', 'https://', '://x', 'http://[', 'not a url'])('refuses %j', (url) => {
    expect(refusal(() => checkResource(url)).code).toBe('invalid-url');
  });

  it('suggests the path of the endpoint where only a host was given', () => {
    expect(refusal(() => checkResource('mcp.example.com', '/mcp')).fix).toBe(
      'Use --resource https://mcp.example.com/mcp',
    );
    expect(refusal(() => checkResource('mcp.example.com/v1', '/mcp')).fix).toBe(
      'Use --resource https://mcp.example.com/v1',
    );
    expect(refusal(() => checkResource('mcp.example.com', '/')).fix).toBe('Use --resource https://mcp.example.com');
  });

  it('does not repeat a password', () => {
    const error = refusal(() => checkResource('https://me:hunter2@mcp.example.com/mcp'));
    expect(error.message).toContain('contains credentials');
    expect(error.message + error.fix).not.toContain('hunter2');
    expect(error.fix).toBe('Use --resource https://mcp.example.com/mcp');
  });
});

describe('--issuer', () => {
  it.each([
    'https://tenant.eu.auth0.com/',
    'https://login.example.com',
    'https://sso.example.com/realms/main',
    'https://ref.supabase.co/auth/v1',
    'http://localhost:9400',
    'http://127.0.0.1:4100',
  ])('accepts %s as it is', (url) => {
    expect(checkIssuer(url)).toBe(url);
  });

  it.each([
    ['tenant.auth0.com', 'has no scheme', 'https://tenant.auth0.com'],
    ['https://a.example/t/?x', 'has a query', 'https://a.example/t/'],
    ['https://a.example#x', 'has a fragment', 'https://a.example'],
    ['http://a.example/', 'is plain http on a public host', 'https://a.example'],
    ['https://a.example/t/.well-known/openid-configuration', 'is the address of the metadata', 'https://a.example/t'],
    ['https://a.example/.well-known/oauth-authorization-server/t', 'is the address', 'https://a.example/t'],
  ])('refuses %j because it %s, and suggests %s', (url, why, better) => {
    const error = refusal(() => checkIssuer(url));
    expect(error.message).toContain(why);
    expect(error.fix).toBe(`Use --issuer ${better}`);
  });
});
