/**
 * What the Management API takes and gives, as JSON Schemas: names, types and limits as facts from the vendor's OpenAPI
 * description (read 2026-11-21, version of 2026-08-03), in words of our own. Where recorded traffic differs from the
 * description, the traffic decides, and a comment says so.
 */
type Schema = Record<string, unknown>;

const string = { type: 'string' };
const boolean = { type: 'boolean' };
const anything = {};
const text = (maxLength: number, minLength = 0): Schema => ({ type: 'string', minLength, maxLength });
const oneOf = (...values: string[]): Schema => ({ enum: values });
const list = (items: Schema): Schema => ({ type: 'array', items });
const names = (words: string): Schema => Object.fromEntries(words.split(/\s+/).map((name) => [name, anything]));
const object = (properties: Schema, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const change = (properties: Schema): Schema => ({ ...object(properties), minProperties: 1 });

const scope = object({ value: text(280, 1), description: text(500) }, ['value']);
const resourceServerChange = {
  ...names(`signing_secret allow_online_access skip_consent_for_verifiable_first_party_clients token_encryption
    consent_policy authorization_details proof_of_possession authorization_policy`),
  name: { type: 'string', maxLength: 200, pattern: '^[^<>]+$' },
  scopes: list(scope),
  signing_alg: oneOf('HS256', 'RS256', 'RS512', 'PS256'),
  allow_offline_access: boolean,
  token_lifetime: { type: 'integer', minimum: 0, maximum: 2_592_000 },
  token_dialect: oneOf('access_token', 'access_token_authz', 'rfc9068_profile', 'rfc9068_profile_authz'),
  enforce_policies: boolean,
  subject_type_authorization: object({
    user: object({ policy: oneOf('allow_all', 'deny_all', 'require_client_grant') }),
    client: object({ policy: oneOf('deny_all', 'require_client_grant') }),
  }),
};
const resourceServer = object({
  ...resourceServerChange,
  ...names('id identifier is_system token_lifetime_for_web client_id'),
});

const grantScopes = list(text(280, 1));
const grantChange = {
  scope: grantScopes,
  ...names('organization_usage allow_any_organization authorization_details_types'),
  allow_all_scopes: boolean,
};
const grant = object({
  ...grantChange,
  ...names('id client_id audience default_for is_system'),
  subject_type: oneOf('client', 'user'),
});

const connection = object(
  names(`name display_name options id strategy realms enabled_clients is_domain_connection show_as_button metadata
    authentication connected_accounts`),
);

/** The last three are missing from the description; recorded traffic has them. */
const flags = object(
  names(`change_pwd_flow_v1 enable_apis_section enable_client_connections enable_pipeline2
    allow_legacy_delegation_grant_types allow_legacy_ro_grant_types allow_legacy_tokeninfo_endpoint enable_legacy_profile
    enable_idtoken_api2 enable_public_signup_user_exists_error enable_sso disable_clickjack_protection_headers
    no_disclose_enterprise_connections enforce_client_authentication_on_passwordless_start
    enable_adfs_waad_email_verification revoke_refresh_token_grant dashboard_log_streams_next dashboard_insights_view
    disable_fields_map_fix mfa_show_factor_list_on_enrollment remove_alg_from_jwks
    improved_signup_bot_detection_in_classic genai_trial enable_dynamic_client_registration
    disable_management_api_sms_obfuscation trust_azure_adfs_email_verified_connection_property
    custom_domains_provisioning use_scope_descriptions_for_consent universal_login allow_other_legacy_grant_types`),
);
const settingsChange = {
  ...names(`change_password device_flow guardian_mfa_page default_audience default_directory error_page
    default_token_quota friendly_name picture_url support_email support_url allowed_logout_urls session_lifetime
    idle_session_lifetime ephemeral_session_lifetime idle_ephemeral_session_lifetime sandbox_version
    legacy_sandbox_version default_redirection_uri enabled_locales session_cookie sessions oidc_logout
    customize_mfa_in_postlogin_action allow_organization_name_in_authentication_api acr_values_supported mtls
    pushed_authorization_requests_supported skip_non_verifiable_callback_uri_confirmation_prompt enable_ai_guide
    phone_consolidated_experience`),
  flags,
  authorization_response_iss_parameter_supported: { type: ['boolean', 'null'] },
  resource_parameter_profile: oneOf('audience', 'compatibility'),
  client_id_metadata_document_supported: boolean,
  dynamic_client_registration_security_mode: oneOf('strict', 'permissive'),
};

const clientChange = {
  ...names(`logo_uri oidc_logout oidc_backchannel_logout session_transfer allowed_origins web_origins client_aliases
    allowed_clients is_token_endpoint_ip_header_trusted encryption_key sso cross_origin_authentication cross_origin_loc
    sso_disabled custom_login_page_on custom_login_page custom_login_page_preview form_template addons mobile
    initiate_login_uri native_social_login refresh_token default_organization organization_usage
    organization_require_behavior organization_discovery_methods client_authentication_methods
    require_pushed_authorization_requests require_proof_of_possession signed_request_object compliance_level
    skip_non_verifiable_callback_uri_confirmation_prompt token_exchange par_request_expiry token_quota
    express_configuration my_organization_configuration async_approval_notification_channels
    third_party_security_mode redirection_policy`),
  name: { type: 'string', minLength: 1, pattern: '^[^<>]+$' },
  description: text(140),
  callbacks: list(string),
  allowed_logout_urls: list(string),
  grant_types: list(text(100, 1)),
  token_endpoint_auth_method: oneOf('none', 'client_secret_post', 'client_secret_basic'),
  app_type: oneOf('native', 'spa', 'regular_web', 'non_interactive'),
  is_first_party: boolean,
  oidc_conformant: boolean,
  jwt_configuration: object(names('lifetime_in_seconds scopes alg secret_encoded')),
  client_metadata: { type: 'object', maxProperties: 10, additionalProperties: text(255) },
};
const client = object({
  ...clientChange,
  ...names('client_id client_secret tenant global signing_keys resource_server_identifier'),
  ...names('external_client_id external_metadata_type external_metadata_created_by jwks_uri'),
});

const role = object(names('id name description'));
const permissions = object(
  {
    permissions: {
      ...list(
        object({ resource_server_identifier: string, permission_name: string }, [
          'resource_server_identifier',
          'permission_name',
        ]),
      ),
      minItems: 1,
    },
  },
  ['permissions'],
);
const metadataUrl = object(
  { external_client_id: { type: 'string', minLength: 1, maxLength: 120, pattern: '^https://[^?#]+$' } },
  ['external_client_id'],
);
const imported = object(names('client_id mapped_fields validation errors'));
const page = (key: string, items: Schema): Schema => ({
  anyOf: [
    list(items),
    object({ [key]: list(items), next: string }),
    object({ [key]: list(items), ...names('start limit total') }, ['total']),
  ],
});

export interface Operation {
  method: string;
  /** `{id}` stands for one segment, percent-encoded where need be. */
  path: string;
  /** One of them is enough, unless `all`. */
  scopes: string[];
  all?: boolean;
  query?: string;
  body?: Schema;
  answer?: { status: number; schema?: Schema };
}

const CHECKPOINT = 'per_page page include_totals from take';
const NUMBERED = 'per_page page include_totals';
const FIELDS = 'fields include_fields';
const CLIENT_READERS = ['read:clients', 'read:client_keys', 'read:client_credentials', 'read:client_summary'];

/** The operations of the API that this fake has; any other is answered as one that does not exist. */
export const OPERATIONS: Operation[] = [
  { method: 'GET', path: 'tenants/settings', scopes: ['read:tenant_settings'], query: FIELDS, answer: { status: 200 } },
  {
    method: 'PATCH',
    path: 'tenants/settings',
    scopes: ['update:tenant_settings'],
    body: change(settingsChange),
    answer: { status: 200 },
  },
  {
    method: 'GET',
    path: 'resource-servers/{id}',
    scopes: ['read:resource_servers'],
    query: 'include_fields',
    answer: { status: 200, schema: resourceServer },
  },
  {
    method: 'POST',
    path: 'resource-servers',
    scopes: ['create:resource_servers'],
    body: object({ ...resourceServerChange, identifier: text(600, 1) }, ['identifier']),
    answer: { status: 201, schema: resourceServer },
  },
  // 201 in the description, 200 in recorded traffic.
  {
    method: 'PATCH',
    path: 'resource-servers/{id}',
    scopes: ['update:resource_servers'],
    body: change(resourceServerChange),
    answer: { status: 200, schema: resourceServer },
  },
  { method: 'DELETE', path: 'resource-servers/{id}', scopes: ['delete:resource_servers'], answer: { status: 204 } },
  {
    method: 'GET',
    path: 'client-grants',
    scopes: ['read:client_grants'],
    query: `${CHECKPOINT} audience client_id allow_any_organization subject_type default_for`,
    answer: { status: 200, schema: page('client_grants', grant) },
  },
  { method: 'GET', path: 'client-grants/{id}', scopes: ['read:client_grants'], answer: { status: 200, schema: grant } },
  {
    method: 'POST',
    path: 'client-grants',
    scopes: ['create:client_grants'],
    body: object(
      {
        ...grantChange,
        client_id: string,
        audience: text(600, 1),
        default_for: oneOf('third_party_clients'),
        subject_type: oneOf('client', 'user'),
      },
      ['audience'],
    ),
    answer: { status: 201, schema: grant },
  },
  {
    method: 'PATCH',
    path: 'client-grants/{id}',
    scopes: ['update:client_grants'],
    body: change(grantChange),
    answer: { status: 200, schema: grant },
  },
  { method: 'DELETE', path: 'client-grants/{id}', scopes: ['delete:client_grants'], answer: { status: 204 } },
  {
    method: 'GET',
    path: 'connections',
    scopes: ['read:connections'],
    query: `${CHECKPOINT} strategy name ${FIELDS}`,
    answer: { status: 200, schema: page('connections', connection) },
  },
  {
    method: 'GET',
    path: 'connections/{id}',
    scopes: ['read:connections'],
    query: FIELDS,
    answer: { status: 200, schema: connection },
  },
  {
    method: 'PATCH',
    path: 'connections/{id}',
    scopes: ['update:connections'],
    body: change({
      ...names('display_name options enabled_clients show_as_button realms metadata authentication connected_accounts'),
      is_domain_connection: boolean,
    }),
    answer: { status: 200, schema: connection },
  },
  {
    method: 'GET',
    path: 'clients',
    scopes: CLIENT_READERS,
    query: `${CHECKPOINT} ${FIELDS} is_global is_first_party app_type external_client_id q`,
    answer: { status: 200, schema: page('clients', client) },
  },
  {
    method: 'GET',
    path: 'clients/{id}',
    scopes: CLIENT_READERS,
    query: FIELDS,
    answer: { status: 200, schema: client },
  },
  {
    method: 'POST',
    path: 'clients',
    scopes: ['create:clients'],
    body: object({ ...clientChange, resource_server_identifier: text(600, 1) }, ['name']),
    answer: { status: 201, schema: client },
  },
  {
    method: 'PATCH',
    path: 'clients/{id}',
    scopes: ['update:clients'],
    body: change({ ...clientChange, client_secret: string }),
    answer: { status: 200, schema: client },
  },
  { method: 'DELETE', path: 'clients/{id}', scopes: ['delete:clients'], answer: { status: 204 } },
  {
    method: 'POST',
    path: 'clients/{id}/rotate-secret',
    scopes: ['update:client_keys'],
    answer: { status: 200, schema: client },
  },
  {
    method: 'POST',
    path: 'clients/cimd/preview',
    scopes: ['read:clients'],
    body: metadataUrl,
    answer: { status: 200, schema: imported },
  },
  {
    method: 'POST',
    path: 'clients/cimd/register',
    scopes: ['create:clients', 'update:clients'],
    all: true,
    body: metadataUrl,
    answer: { status: 201, schema: imported },
  },
  {
    method: 'GET',
    path: 'roles',
    scopes: ['read:roles'],
    query: `${NUMBERED} name_filter`,
    answer: { status: 200, schema: page('roles', role) },
  },
  {
    method: 'POST',
    path: 'roles',
    scopes: ['create:roles'],
    body: object({ name: string, description: string }, ['name']),
    answer: { status: 200, schema: role },
  },
  { method: 'GET', path: 'roles/{id}', scopes: ['read:roles'], answer: { status: 200, schema: role } },
  { method: 'DELETE', path: 'roles/{id}', scopes: ['delete:roles'], answer: { status: 200 } },
  {
    method: 'GET',
    path: 'roles/{id}/permissions',
    scopes: ['read:roles'],
    query: NUMBERED,
    answer: {
      status: 200,
      schema: page(
        'permissions',
        object(names('resource_server_identifier permission_name resource_server_name description')),
      ),
    },
  },
  {
    method: 'POST',
    path: 'roles/{id}/permissions',
    scopes: ['update:roles'],
    body: permissions,
    answer: { status: 201 },
  },
  {
    method: 'DELETE',
    path: 'roles/{id}/permissions',
    scopes: ['update:roles'],
    body: permissions,
    answer: { status: 200 },
  },
];
