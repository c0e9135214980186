import { isRecord } from '../is-record.ts';
import type { AsEvidence, PrmEvidence } from './evidence.ts';
import type { Exchange } from './gather/http.ts';
import { isForAdministrators } from './vendors.ts';

/** A JSON object that was answered with 200. */
export const documentOf = (exchange: Exchange | undefined): Record<string, unknown> | undefined =>
  exchange?.status === 200 && isRecord(exchange.json) ? exchange.json : undefined;

/**
 * The protected resource metadata that is judged: where the challenge points on this host, else by path, else at the
 * root. Those of another host count only where this one has none; else they are the business of `ch.resource-metadata`.
 */
export function prmExchange(prm: PrmEvidence): Exchange | undefined {
  const named = prm.headerUrl === prm.root?.url ? prm.root : prm.header;
  const isHere = named !== undefined && new URL(named.url).origin === new URL(prm.path?.url ?? named.url).origin;
  const places = isHere ? [named, prm.path, prm.root] : [prm.path, prm.root, named];
  return places.find((exchange) => documentOf(exchange)) ?? prm.path;
}

export const prmDocument = (prm: PrmEvidence | undefined): Record<string, unknown> | undefined =>
  prm && documentOf(prmExchange(prm));

/** The first metadata document of the authorization server, in the order of the clients. */
export const asExchange = (as: Pick<AsEvidence, 'documents'> | undefined): Exchange | undefined =>
  as?.documents.find((exchange) => documentOf(exchange));

export const asDocument = (as: Pick<AsEvidence, 'documents'> | undefined): Record<string, unknown> | undefined =>
  documentOf(asExchange(as));

/** The published keys, whatever they are for. */
export function keysOf(as: AsEvidence | undefined): Record<string, unknown>[] {
  const keys = documentOf(as?.jwks)?.['keys'];
  return Array.isArray(keys) ? keys.filter(isRecord) : [];
}

export const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];

/** The text property of a document. */
export const text = (document: Record<string, unknown> | undefined, name: string): string | undefined => {
  const value = document?.[name];
  return typeof value === 'string' ? value : undefined;
};

/** Where clients can register themselves. */
export function registrationEndpoint(document: Record<string, unknown> | undefined): string | undefined {
  const endpoint = text(document, 'registration_endpoint');
  return endpoint !== undefined && isForAdministrators(endpoint) ? undefined : endpoint;
}

/** Is this a page where data was expected? */
export const isHtml = ({ headers, text: body }: Exchange): boolean =>
  headers['content-type']?.includes('html') === true || body.trimStart().startsWith('<');

/** The request and its answer in a line: `POST https://h/mcp -> 404`. */
export const lineOf = ({ method, url, status, problem, detail }: Exchange): string =>
  `${method} ${url} -> ${status ?? `${problem}${detail ? ` (${detail})` : ''}`}`;
