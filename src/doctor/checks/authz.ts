import { isRecord } from '../../is-record.ts';
import type { Evidence } from '../evidence.ts';
import type { AuthorizeAnswer, AuthorizeEvidence } from '../gather/registration.ts';
import { asDocument, lineOf, prmDocument, text } from '../metadata.ts';
import type { Run } from '../run-checks.ts';
import { fail, pass, skip, warn, type Finding } from '../types.ts';
import { isEntra } from '../vendors.ts';

const NOT_TRIED = 'No client could be registered to try it with.';

const about =
  (judge: (answers: AuthorizeEvidence, evidence: Evidence) => Finding): Run =>
  (evidence) => {
    const answers = evidence.registration?.authorize;
    return answers ? judge(answers, evidence) : skip(NOT_TRIED);
  };

/** What the answer says is wrong, in the words of the authorization server; empty when nothing is. */
function complaint({ kind, back, exchange }: AuthorizeAnswer): string {
  if (kind === 'back') return [back['error'], back['error_description']].filter(Boolean).join(': ');
  if (kind === 'none') return exchange.detail ?? exchange.problem ?? 'no answer';
  if (kind !== 'error') return '';
  const { json } = exchange;
  if (isRecord(json))
    return [json['error'], json['error_description'] ?? json['message']]
      .filter((part) => typeof part === 'string')
      .join(': ');
  return withoutTags(exchange.text).slice(0, 240) || `status ${exchange.status}`;
}

/** What a reader of the page sees, more or less: what tags, scripts and styles hold is left out. */
function withoutTags(html: string): string {
  const parts = html.split('<').map((part, index) => {
    const end = index === 0 ? -1 : part.indexOf('>');
    return ['script', 'style'].some((name) => part.toLowerCase().startsWith(name)) ? '' : part.slice(end + 1);
  });
  return parts.join(' ').split(/\s+/).filter(Boolean).join(' ');
}

const isFine = (answer: AuthorizeAnswer): boolean => complaint(answer) === '';
const isAbout = (words: string, names: string[]): boolean => names.some((name) => words.toLowerCase().includes(name));

const UNKNOWN_CLIENT = ['invalid_client', 'unauthorized_client', 'unknown client', 'client not found', 'not found'];

type Topic = 'connection' | 'resource' | 'scope' | 'client';

/** Which check a refusal belongs to: by the words, else by the variant that goes through. */
function topicOf(answers: AuthorizeEvidence): Topic | undefined {
  const words = complaint(answers.full);
  if (words === '') return undefined;
  if (isAbout(words, ['no connections enabled', 'no identity provider'])) return 'connection';
  if (isAbout(words, ['invalid_target', 'aadsts9010010'])) return 'resource';
  if (isAbout(words, ['invalid_scope'])) return 'scope';
  if (isAbout(words, ['invalid_client', 'unauthorized_client', 'client id', 'client_id', 'unknown client']))
    return 'client';
  if (isFine(answers.withoutResource)) return 'resource';
  if (isFine(answers.withoutScope)) return 'scope';
  return 'client';
}

/** Instances that do not share their clients know one of them now and then. */
const forgets = (answers: AuthorizeEvidence): boolean =>
  Object.values(answers).some((answer: AuthorizeAnswer) => isAbout(complaint(answer), UNKNOWN_CLIENT));

const client = about((answers) => {
  if (isFine(answers.full) && forgets(answers)) {
    return fail('A client that has just registered is known at one request and unknown at the next.', {
      evidence: {
        answers: Object.entries(answers).map(
          ([name, answer]) => `${name}: ${complaint(answer as AuthorizeAnswer) || 'fine'}`,
        ),
      },
      fix: 'Keep registered clients in a store that all instances share.',
    });
  }
  if (topicOf(answers) !== 'client') return pass('The client is known.');
  return fail(`A client that has just registered is refused: ${complaint(answers.full)}`, {
    evidence: { request: lineOf(answers.full.exchange) },
    fix: 'Keep registered clients in a store that all instances share and a restart does not empty, and use the same rules for redirect URIs at registration and login.',
  });
});

const redirectPort = about(({ full, otherPort }, { as }) => {
  if (!isFine(full)) return skip('The login itself is refused.');
  if (isFine(otherPort)) return pass('Another port is accepted.');
  // A client that registers can register its port, as Keycloak wants it. A client-ID metadata document names no port.
  const verdict = asDocument(as)?.['client_id_metadata_document_supported'] === true ? fail : warn;
  return verdict(`A client that comes back at another loopback port is refused: ${complaint(otherPort)}`, {
    evidence: { request: lineOf(otherPort.exchange) },
    fix: 'Ignore the port when comparing redirect URIs of 127.0.0.1, [::1] and localhost (RFC 8252 §7.3); Claude Code uses a new one every time.',
  });
});

const connection = about((answers) => {
  if (topicOf(answers) !== 'connection') return pass('No complaint.');
  return fail(`Nobody can sign in with a new client: ${complaint(answers.full)}`, {
    evidence: { request: lineOf(answers.full.exchange) },
    fix: 'Auth0: Authentication > Database (or Social) > your connection > promote it to domain level, so that registered (third-party) clients may use it: auth0 api patch connections/CONNECTION_ID --data \'{"is_domain_connection":true}\'',
  });
});

const resource = about((answers, evidence) => {
  if (topicOf(answers) !== 'resource') return pass('No complaint.');
  const name = text(evidence.live && prmDocument(evidence.live.prm), 'resource') ?? '';
  return fail(`The authorization server does not accept the resource ${name}: ${complaint(answers.full)}`, {
    evidence: { request: lineOf(answers.full.exchange) },
    fix: isEntra(evidence.as?.issuer ?? '')
      ? `Entra: add ${name} as Application ID URI of the API, and name the scopes ${name}/SCOPE.`
      : `Create an API (resource server) with the identifier ${name} at the authorization server.`,
  });
});

const scope = about((answers) => {
  const refused = topicOf(answers) === 'scope' ? answers.full : answers.everything;
  const isScope = refused === answers.full || isAbout(complaint(refused), ['invalid_scope']);
  if (isFine(refused) || !isScope) return offlineAccess(answers);
  const asked = new URL(refused.exchange.url).searchParams.get('scope');
  return fail(`The authorization server refuses scopes that it or the server lists: ${complaint(refused)}`, {
    evidence: { request: lineOf(refused.exchange), ...(asked && { scope: asked }) },
    fix: 'Create these scopes there and allow them for newly registered clients, or take them out of the challenge and the metadata.',
  });
});

/** The authorization server offers it, so clients add it to what they ask for. */
function offlineAccess({ offline }: AuthorizeEvidence): Finding {
  if (!offline || !isAbout(complaint(offline), ['invalid_scope'])) return pass('No complaint.');
  return warn(`offline_access is offered and refused to new clients: ${complaint(offline)}`, {
    evidence: { request: lineOf(offline.exchange) },
    fix: 'Allow offline_access for registered clients, or take it out of scopes_supported of the authorization server.',
  });
}

const csp = about(({ full }) => {
  if (full.kind !== 'page') return skip('No page was shown.');
  const policy = full.exchange.headers['content-security-policy'] ?? '';
  const sources = policy
    .split(';')
    .map((part) => part.trim().split(/\s+/))
    .find(([name]) => name?.toLowerCase() === 'form-action')
    ?.slice(1);
  if (!sources) return pass('Forms may lead anywhere.');
  const isOpen = sources.some(
    (source) =>
      source === '*' ||
      source === 'http:' ||
      source.startsWith('http://localhost') ||
      source.startsWith('http://127.0.0.1'),
  );
  if (isOpen) return pass(`form-action ${sources.join(' ')}`);
  return fail(
    'The Content-Security-Policy of the login page forbids the way back to the client: the button seems to do nothing.',
    {
      evidence: { url: full.exchange.url, 'content-security-policy': policy },
      fix: "Leave form-action out, or add the client's callback: form-action 'self' http://localhost:* http://127.0.0.1:* https: cursor: vscode:",
    },
  );
});

const iss = about(({ full, silent }, evidence) => {
  const metadata = asDocument(evidence.as);
  const isAdvertised = metadata?.['authorization_response_iss_parameter_supported'] === true;
  const answer = [silent, full].find(({ kind }) => kind === 'back');
  if (!answer) return skip('The authorization server did not come back to the client without a login.');
  const { iss: value } = answer.back;
  const seen = { back: answer.back, authorization_response_iss_parameter_supported: isAdvertised };
  const issuer = text(metadata, 'issuer') ?? '';
  if (value === undefined) {
    if (!isAdvertised) return pass('Neither advertised nor sent.');
    return fail('The metadata promise the issuer in the answer to a login, and it is not there; strict clients stop.', {
      evidence: seen,
      fix: `Add iss=${issuer} to every authorization response, or take authorization_response_iss_parameter_supported out of the metadata.`,
    });
  }
  // With two issuers about, as.issuer says so already.
  if (value !== issuer && value !== evidence.as?.issuer) {
    return fail(`The answer to a login comes from ${value}, the metadata say ${issuer}.`, {
      evidence: seen,
      fix: `Send iss=${issuer}, byte for byte.`,
    });
  }
  if (!isAdvertised) {
    return warn('The answer to a login names its issuer, but the metadata do not say so; the Go SDK refuses that.', {
      evidence: seen,
      fix: 'Publish "authorization_response_iss_parameter_supported": true.',
    });
  }
  return pass(value);
});

export const AUTHZ = {
  'authz.client': client,
  'authz.redirect-port': redirectPort,
  'authz.connection': connection,
  'authz.resource': resource,
  'authz.scope': scope,
  'authz.csp': csp,
  'authz.iss': iss,
} satisfies Record<string, Run>;
