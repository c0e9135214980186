const ENTRA = /^https:\/\/(login\.(partner\.)?microsoftonline\.[a-z]+|sts\.windows\.net)\//;

/** Is this an issuer of Microsoft Entra ID, in any of its clouds and token versions? */
export const isEntra = (issuer: string): boolean => ENTRA.test(issuer);

/** Is this a user pool of Amazon Cognito? */
export const isCognito = (issuer: string): boolean => issuer.startsWith('https://cognito-idp.');
