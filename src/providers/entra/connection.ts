import { scopeCatalogue } from '../../scopes/catalogue.ts';
import type { Warning } from '../../types.ts';
import { dispatch } from '../parts.ts';
import type { Connection, ProviderFindings, ProviderInput, ProviderIo } from '../types.ts';
import { applicationPart, findServer, planApplication } from './application.ts';
import { clientPart, findClient, planClient } from './client.ts';
import { facts } from './facts.ts';
import { graphApi } from './graph.ts';
import { identifiersPart, planIdentifiers } from './identifiers.ts';
import { readIssuer } from './issuer.ts';
import { clientsByHand } from './manual.ts';
import { planPreAuthorized, preAuthorizedPart } from './pre-authorized.ts';
import { planScopes, scopesPart } from './scopes.ts';
import { planServicePrincipal, servicePrincipalPart } from './service-principal.ts';
import type { Session } from './session.ts';
import type { Tenant } from './target.ts';

const PARTS = [applicationPart, scopesPart, identifiersPart, servicePrincipalPart, clientPart, preAuthorizedPart];

/** Dealings with one tenant; credentials are looked for with the first request to Graph, and used for all. */
export function connectTo(tenant: Tenant, io: ProviderIo): Required<Connection> {
  const api = graphApi(tenant, io);
  const session: Session = {
    tenant,
    api,
    io,
    resource: '',
    scopes: [],
    issuer: '',
    known: new Map(),
    fresh: new Set(),
  };
  return { look: (input) => look(session, input), ...dispatch(PARTS, session) };
}

/** Reads the tenant and plans, in the order in which the steps have to be taken. */
async function look(session: Session, input: ProviderInput): Promise<ProviderFindings> {
  const { issuer, metadata } = await readIssuer(session.tenant);
  await session.api.assertTenant(issuer.split('/').at(-2) ?? '');
  Object.assign(session, { resource: input.resource, scopes: scopeCatalogue(input.scopes), issuer });
  const server = await findServer(session, input);
  const client = await findClient(session, input);
  if (server) session.server = server.appId;
  if (client) session.client = client.appId;
  const scopes = planScopes(input, server);
  const identifiers = planIdentifiers(input, server);
  const { steps, warnings } = planApplication(input, server);
  const found = facts(input.resource, issuer, server?.appId);
  return {
    ...found,
    remote: [
      ...steps,
      ...scopes.steps,
      ...identifiers.steps,
      await planServicePrincipal(session, 'server', server),
      planClient(input, client),
      await planServicePrincipal(session, 'client', client),
      // After the scopes: Entra takes no ids that it does not know yet.
      ...planPreAuthorized(input, server).steps,
    ],
    warnings: [
      ...warnings,
      ...scopes.warnings,
      ...identifiers.warnings,
      ...notFound(input, server?.appId),
      ...pkce(metadata),
    ],
    ...(client && { clientIds: { 'MCP clients': client.appId } }),
    // Who has the id in the settings has been told.
    ...((server === undefined || input.env('MCP_AUTH_AUDIENCE') !== server.appId) && {
      manual: [clientsByHand(session, server?.appId ?? '…', client?.appId ?? '…')],
    }),
  };
}

function notFound({ audience }: ProviderInput, appId: string | undefined): Warning[] {
  if (audience === undefined || audience === appId) return [];
  return [
    {
      message: `The tenant has no application ${audience}; tokens for this server name ${appId ?? 'a new one'}.`,
      fix: 'If you expected it there, check --tenant and --audience (the application id of the API).',
    },
  ];
}

/** MCP clients must refuse a server that does not advertise PKCE, and Entra has it and does not. */
function pkce({
  code_challenge_methods_supported: methods,
}: {
  code_challenge_methods_supported?: unknown;
}): Warning[] {
  if (Array.isArray(methods)) return [];
  return [
    {
      message:
        'Entra supports PKCE and does not say so in its metadata (code_challenge_methods_supported): clients that insist on it refuse to log in.',
      fix: 'ChatGPT does; Claude, Cursor and VS Code do not. For those that do, put an authorization server in between that federates with Entra (such as Auth0 or Keycloak), and run add-auth with that.',
    },
  ];
}
