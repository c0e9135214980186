import type { AuthSpec, EnvVar, RemoteStep, ScopeMap, Warning } from '../types.ts';

export interface ProviderInput {
  resource: string;
  scopes: ScopeMap;
  audience?: string;
  issuer?: string;
  /** `--no-provision`: do not talk to the authorization server. */
  provision: boolean;
}

/** What a provider answers once it has looked: the facts for the generated server, and what is wrong with it. */
export interface ProviderFindings {
  spec: AuthSpec;
  env: EnvVar[];
  remote: RemoteStep[];
  warnings: Warning[];
}

export interface Provider {
  id: string;
  /** One line for the prompt. */
  label: string;
  hint: string;
  /** Options that must be given (or asked for), e.g. `['issuer']`. */
  needs: 'issuer'[];
  /** Reads (never writes) and says what would have to be done. Throws CliError when the provider cannot be used. */
  look(input: ProviderInput): Promise<ProviderFindings>;
}
