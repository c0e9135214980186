const ENTRA = /^https:\/\/(login\.(partner\.)?microsoftonline\.[a-z]+|sts\.windows\.net)\//;

/** Is this an issuer of Microsoft Entra ID, in any of its clouds and token versions? */
export const isEntra = (issuer: string): boolean => ENTRA.test(issuer);

/** Is this a user pool of Amazon Cognito? */
export const isCognito = (issuer: string): boolean => /^https:\/\/(issuer-)?cognito-idp\./.test(issuer);

/** Okta advertises an endpoint for registration that takes administrators only. */
export const isForAdministrators = (endpoint: string): boolean =>
  /^https?:\/\/[^/]+\/oauth2\/v1\/clients$/.test(endpoint);
