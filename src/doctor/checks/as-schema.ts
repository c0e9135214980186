import { asDocument, asExchange, strings, text } from '../metadata.ts';
import type { Run } from '../run-checks.ts';
import { fail, pass } from '../types.ts';

const BOOLEANS = [
  'client_id_metadata_document_supported',
  'authorization_response_iss_parameter_supported',
  'require_pushed_authorization_requests',
];
const LISTS = [
  'scopes_supported',
  'response_types_supported',
  'grant_types_supported',
  'token_endpoint_auth_methods_supported',
  'code_challenge_methods_supported',
];
/** What the schema of the SDK clients demands of an OpenID Connect document. */
const OPENID = ['jwks_uri', 'subject_types_supported', 'id_token_signing_alg_values_supported'];

/** What the schemas of the clients refuse: the whole document, for one wrong member. */
export const SCHEMA: Run = ({ as }) => {
  const found = asDocument(as) ?? {};
  const url = asExchange(as)?.url ?? '';
  const problems = [
    ...['authorization_endpoint', 'token_endpoint'].flatMap((name) =>
      text(found, name) === undefined ? [`no "${name}"`] : [],
    ),
    ...(strings(found['response_types_supported']).length === 0 ? ['no "response_types_supported"'] : []),
    ...Object.entries(found).flatMap(([name, value]) => (value === null ? [`"${name}" is null`] : [])),
    ...BOOLEANS.flatMap((name) =>
      name in found && found[name] !== null && typeof found[name] !== 'boolean'
        ? [`"${name}" is ${JSON.stringify(found[name])} instead of true or false`]
        : [],
    ),
    ...LISTS.flatMap((name) => (found[name] != null && !Array.isArray(found[name]) ? [`"${name}" is no list`] : [])),
    ...(url.includes('openid-configuration') ? OPENID.flatMap((name) => (name in found ? [] : [`no "${name}"`])) : []),
  ];
  if (problems.length === 0) return pass('Complete.');
  return fail(
    `The metadata of the authorization server have ${problems.join(', ')}; clients refuse the whole document.`,
    {
      evidence: { url, problems },
      fix: url.includes('openid-configuration')
        ? 'Complete it, or serve a document of RFC 8414 at /.well-known/oauth-authorization-server.'
        : 'Complete it; leave out what has no value (null is none), and write true and false without quotes.',
    },
  );
};
