export interface LocalLoginOptions {
  user?: string;
  decision?: 'allow' | 'deny' | 'cancel';
  /** A browser that is kept from one login to the next. */
  cookies?: Map<string, string>;
  /** Press "Sign in as somebody else" first. */
  switchUser?: boolean;
  onPage?: (html: string) => void;
}

export function submitLocalLogin(url: string, options?: LocalLoginOptions): Promise<string>;
export function openLocalLogin(url: string, options?: LocalLoginOptions): Promise<void>;
