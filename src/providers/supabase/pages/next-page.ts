/** How the app that gets the page is written. */
export interface NextApp {
  typescript: boolean;
  /** `@supabase/ssr` keeps the session in cookies, plain supabase-js in the browser's storage. */
  ssr: boolean;
}

/** The consent page as a page of Next's app router. It uses the app's own Supabase client and session. */
export function nextConsentPage({ typescript, ssr }: NextApp): string {
  const factory = ssr ? 'createBrowserClient' : 'createClient';
  const from = ssr ? '@supabase/ssr' : '@supabase/supabase-js';
  // In types only: the JavaScript variant leaves out exactly what is marked.
  const t = (text: string): string => (typescript ? text : '');
  return `'use client';

import { useCallback, useEffect, useState${t(', type FormEvent')} } from 'react';
import { ${factory} } from '${from}';

${t(`/** What a client asks for. */
interface Details {
  client: { name?: string };
  user: { email?: string; id?: string };
  redirect_uri?: string;
  scope?: string;
}

type View = { at: 'wait'; text?: string } | { at: 'sign-in'; text?: string } | { at: 'consent'; details: Details };

`)}function supabase() {
  return ${factory}(
    process.env.NEXT_PUBLIC_SUPABASE_URL ?? '',
    process.env.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY ?? process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY ?? '',
  );
}

function authorizationId() {
  return new URLSearchParams(window.location.search).get('authorization_id') ?? '';
}

/** Supabase sends people here with \`?authorization_id=…\` to agree that a client acts for them. */
export default function ConsentPage() {
  const [view, setView] = useState${t('<View>')}({ at: 'wait' });

  const start = useCallback(async () => {
    const { auth } = supabase();
    const { data: session } = await auth.getUser();
    if (!session.user) return setView({ at: 'sign-in' });
    const { data, error } = await auth.oauth.getAuthorizationDetails(authorizationId());
    if (error) return setView({ at: 'wait', text: \`This request is over or was never made (\${error.message}).\` });
    // Agreed to before: there is nothing to ask.
    if (!('authorization_id' in data)) return window.location.replace(data.redirect_url);
    setView({ at: 'consent', details: data });
  }, []);

  useEffect(() => {
    // In a frame of another page, a click could be stolen.
    if (window.top === window.self) void start();
  }, [start]);

  async function signIn(event${t(': FormEvent<HTMLFormElement>')}) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const email = String(form.get('email'));
    const { error } = await supabase().auth.signInWithPassword({ email, password: String(form.get('password')) });
    if (error) setView({ at: 'sign-in', text: error.message });
    else await start();
  }

  async function decide(isAllowed${t(': boolean')}) {
    setView({ at: 'wait' });
    const { oauth } = supabase().auth;
    const options = { skipBrowserRedirect: true };
    const { data, error } = isAllowed
      ? await oauth.approveAuthorization(authorizationId(), options)
      : await oauth.denyAuthorization(authorizationId(), options);
    if (error) setView({ at: 'wait', text: \`That did not work: \${error.message}\` });
    else window.location.replace(data.redirect_url);
  }

  if (view.at === 'wait') return <main>{view.text ?? 'One moment …'}</main>;
  if (view.at === 'sign-in') {
    return (
      <main>
        <h1>Sign in</h1>
        <form onSubmit={(event) => void signIn(event)}>
          <input name="email" type="email" placeholder="E-mail" autoComplete="username" required />
          <input name="password" type="password" placeholder="Password" autoComplete="current-password" required />
          <button type="submit">Sign in</button>
        </form>
        {view.text && <p role="alert">{view.text}</p>}
      </main>
    );
  }
  const { client, user, scope, redirect_uri: target } = view.details;
  return (
    <main>
      <h1>{client.name || 'A program without a name'} asks for access</h1>
      <p>
        You are signed in as {user.email || user.id}. If you allow it, this program can use the server in your name. It
        asks to see: {scope || 'who you are'}. Afterwards you are sent to {target}.
      </p>
      <p>Anybody can register a program under any name: allow it only if you have just started this yourself.</p>
      <button onClick={() => void decide(true)}>Allow</button>
      <button onClick={() => void decide(false)}>Deny</button>
    </main>
  );
}
`;
}
