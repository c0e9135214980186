import { describe, expect, it } from 'vitest';
import { AS } from '../../../src/doctor/checks/as.ts';
import { REG } from '../../../src/doctor/checks/reg.ts';
import { RS } from '../../../src/doctor/checks/rs.ts';
import { audienceFix } from '../../../src/doctor/checks/tok-reasons.ts';
import { TOK } from '../../../src/doctor/checks/tok.ts';
import type { Evidence } from '../../../src/doctor/evidence.ts';
import { isCognito, isEntra } from '../../../src/doctor/vendors.ts';

const ENTRA = 'https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/v2.0';
const COGNITO = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_abc';
const earlier = { failed: () => false } as never;

/** An authorization server that publishes this, and what else was seen. */
function seen(issuer: string, metadata: object, more: object = {}): Evidence {
  const json = { issuer, ...metadata };
  const document = { url: `${issuer}/.well-known/openid-configuration`, status: 200, headers: {}, text: '{}', json };
  return { as: { issuer, documents: [document] }, options: {}, now: 0, log: [], ...more } as unknown as Evidence;
}

describe('what some vendors do not publish', () => {
  it.each([ENTRA, COGNITO])('%s: PKCE is there, and clients that insist are named', (issuer) => {
    expect(AS['as.pkce'](seen(issuer, {}), earlier)).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('ChatGPT'),
      fix: expect.stringContaining('federates'),
    });
    expect(AS['as.pkce'](seen('https://login.example', {}), earlier).status).toBe('fail');
  });

  it.each([ENTRA, COGNITO])('%s: public clients are accepted', (issuer) => {
    expect(AS['as.auth-methods'](seen(issuer, {}), earlier).status).toBe('pass');
  });

  it('registration: where add-auth has made clients, their ids are what people need', () => {
    const remote = {
      'entra.application': { verb: 'create', ref: 'api' },
      'entra.client': { verb: 'create', ref: 'typed-in' },
    };
    const project = { record: { remote } };
    expect(REG['reg.method'](seen(ENTRA, {}, { project }), earlier)).toMatchObject({
      status: 'warn',
      evidence: { clients: ['typed-in'] },
      fix: expect.stringContaining('typed-in'),
    });
    expect(REG['reg.method'](seen(ENTRA, {}), earlier)).toMatchObject({
      status: 'fail',
      fix: expect.stringContaining('add-auth --provider entra'),
    });
  });
});

it('clients at Cognito are told by name, without the server that they are for', () => {
  const remote = { 'cognito.client.cursor.https://mcp.example.com/mcp': { verb: 'create', ref: 'abc' } };
  const finding = REG['reg.method'](seen(COGNITO, {}, { project: { record: { remote } } }), earlier);
  expect(finding).toMatchObject({ status: 'warn', evidence: { clients: ['cursor abc'] } });
});

describe('Okta', () => {
  const OKTA = 'https://acme.okta.com/oauth2/aus1';
  const advertised = { registration_endpoint: 'https://acme.okta.com/oauth2/v1/clients' };

  it('advertises registration that takes administrators only', () => {
    expect(REG['reg.method'](seen(OKTA, advertised), earlier)).toMatchObject({
      status: 'fail',
      fix: expect.stringContaining('add-auth --provider okta'),
    });
  });

  it('has clients that add-auth made, by name', () => {
    const project = { record: { remote: { 'okta.client.cursor': { verb: 'create', ref: '0oa1' } } } };
    expect(REG['reg.method'](seen(OKTA, advertised, { project }), earlier)).toMatchObject({
      status: 'warn',
      evidence: { clients: ['cursor 0oa1'] },
    });
  });

  it('puts one audience into every token', () => {
    const token = { header: {}, claims: { iss: OKTA, cid: '0oa1', aud: 'api://default' } };
    const expected = 'https://mcp.example.com/mcp';
    expect(audienceFix({ token } as unknown as Evidence, ['api://default'], expected)).toContain('MCP_AUTH_AUDIENCE');
  });
});

describe('tokens of Cognito without audience', () => {
  const resource = 'https://mcp.example.com/mcp';
  const answers = { initialize: { status: 200, headers: {}, text: '{}' } };
  const of = (client: string, ids: string): Evidence => {
    const token = { kind: 'jwt', header: {}, claims: { iss: COGNITO, client_id: client }, answers };
    const project = {
      record: { audience: resource },
      processEnv: {},
      env: { pairs: [{ name: 'MCP_AUTH_CLIENT_IDS', value: ids }] },
    };
    return seen(COGNITO, {}, { token, project, live: { url: resource } });
  };

  it('are good where the server knows their client', () => {
    expect(TOK['tok.aud'](of('known', 'other known'), earlier)).toMatchObject({ status: 'pass' });
    expect(RS['rs.audience-enforced'](of('known', 'other known'), earlier).status).toBe('skip');
  });

  it('are not, where it does not', () => {
    expect(TOK['tok.aud'](of('stranger', 'known'), earlier).status).toBe('warn');
    expect(RS['rs.audience-enforced'](of('stranger', 'known'), earlier).status).toBe('fail');
  });
});

it.each([
  [COGNITO, true],
  ['https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_abc', true],
  ['https://cognito-identity.amazonaws.com', false],
])('%s is a user pool of Cognito: %s', (issuer, expected) => {
  expect(isCognito(issuer)).toBe(expected);
});

describe('scopes of Entra', () => {
  const scopeOf = (scp: string): unknown => {
    const record = { baseScopes: ['https://mcp.example.com/mcp/read:tasks'], toolScopes: { search: ['read:tasks'] } };
    const token = { header: {}, claims: { scp } };
    return TOK['tok.scope'](seen(ENTRA, {}, { token, project: { record } }), earlier);
  };

  it('are asked for with a prefix that tokens do not have', () => {
    expect(scopeOf('read:tasks')).toMatchObject({ status: 'pass', evidence: { opens: ['search'] } });
    expect(scopeOf('write:tasks')).toMatchObject({ status: 'fail' });
  });
});

it.each([
  [ENTRA, true],
  ['https://login.microsoftonline.us/common/v2.0', true],
  ['https://login.partner.microsoftonline.cn/x/v2.0', true],
  ['https://sts.windows.net/7d1/', true],
  ['https://login.microsoftonline.com.evil.example/', false],
  [COGNITO, false],
])('%s is an issuer of Entra: %s', (issuer, expected) => {
  expect(isEntra(issuer)).toBe(expected);
});
