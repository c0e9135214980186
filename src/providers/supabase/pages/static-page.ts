/** The library as the browser loads it, one exact version: the page handles people's sessions. */
const SUPABASE_JS = 'https://cdn.jsdelivr.net/npm/@supabase/supabase-js@2.119.1/+esm';

/**
 * A consent page that needs no build: signs the user in, says which client asks for what, and sends the decision.
 * @param url project URL
 * @param key publishable (anon) key; `undefined` leaves a place to fill in
 */
export function staticConsentPage(url: string, key: string | undefined): string {
  return PAGE.replace('"SUPABASE_URL"', literal(url)).replace('"PUBLISHABLE_KEY"', literal(key ?? ''));
}

/** A string inside a script element. */
const literal = (text: string): string => JSON.stringify(text).replaceAll('<', '\\u003c');

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="referrer" content="no-referrer" />
    <title>Allow access?</title>
    <style>
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 10vh auto; padding: 0 1rem; }
      label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit; }
      input, button { margin: 0.25rem 0 0.75rem; padding: 0.5rem; }
      [role='alert'] { color: #b00020; }
    </style>
  </head>
  <body>
    <main>
      <p id="status">One moment …</p>
      <p id="problem" role="alert"></p>

      <form id="sign-in" hidden>
        <h1>Sign in</h1>
        <label for="email">E-mail</label>
        <input id="email" name="email" type="email" autocomplete="username" required />
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" />
        <button type="submit" name="way" value="password">Sign in</button>
        <button type="submit" name="way" value="link">Send me a link instead</button>
      </form>

      <form id="consent" hidden>
        <h1><span id="client"></span> asks for access</h1>
        <p>You are signed in as <b id="user"></b>. If you allow it, this program can use the server in your name.</p>
        <p>It asks to see: <span id="scope"></span>. Afterwards you are sent to <b id="target"></b>.</p>
        <p>Anybody can register a program under any name: allow it only if you have just started this yourself.</p>
        <button type="submit" name="decision" value="approve">Allow</button>
        <button type="submit" name="decision" value="deny">Deny</button>
      </form>
    </main>

    <script type="module">
      import { createClient } from '${SUPABASE_JS}';

      // Both are public: they are in every web app of the project (dashboard: Settings, API Keys).
      const SUPABASE_URL = "SUPABASE_URL";
      const PUBLISHABLE_KEY = "PUBLISHABLE_KEY";

      const element = (id) => document.getElementById(id);
      const authorizationId = new URLSearchParams(location.search).get('authorization_id');

      function show(id, problem = '') {
        for (const name of ['status', 'sign-in', 'consent']) element(name).hidden = name !== id;
        element('problem').textContent = problem;
      }
      function say(text) {
        element('status').textContent = text;
        show('status');
      }

      async function start(supabase) {
        const { data } = await supabase.auth.getUser();
        if (!data.user) return show('sign-in');
        const { data: details, error } = await supabase.auth.oauth.getAuthorizationDetails(authorizationId);
        if (error) return say('This request is over or was never made (' + error.message + '). Start again in your program.');
        // Agreed to before: there is nothing to ask.
        if (!('authorization_id' in details)) return location.replace(details.redirect_url);
        element('client').textContent = details.client.name || 'A program without a name';
        element('user').textContent = details.user.email || details.user.id;
        element('scope').textContent = details.scope || 'who you are';
        const { protocol, host } = new URL(details.redirect_uri);
        element('target').textContent = protocol === 'https:' || protocol === 'http:' ? host : protocol + '//' + host;
        show('consent');
      }

      async function signIn(supabase, way) {
        const email = element('email').value;
        if (way === 'link') {
          const { error } = await supabase.auth.signInWithOtp({ email, options: { emailRedirectTo: location.href } });
          return error ? show('sign-in', error.message) : say('Open the link that was sent to you.');
        }
        const { error } = await supabase.auth.signInWithPassword({ email, password: element('password').value });
        return error ? show('sign-in', error.message) : start(supabase);
      }

      async function decide(supabase, decision) {
        say('One moment …');
        const { oauth } = supabase.auth;
        const answer = { skipBrowserRedirect: true };
        const { data, error } =
          decision === 'approve'
            ? await oauth.approveAuthorization(authorizationId, answer)
            : await oauth.denyAuthorization(authorizationId, answer);
        if (error) return say('That did not work: ' + error.message);
        location.replace(data.redirect_url);
      }

      // In a frame of another page, a click could be stolen.
      if (window.top !== window.self) say('This page does not work inside another one.');
      else if (!authorizationId) say('Start in the program that you want to connect.');
      else if (PUBLISHABLE_KEY === '') say('PUBLISHABLE_KEY is missing in the source of this page.');
      else {
        const supabase = createClient(SUPABASE_URL, PUBLISHABLE_KEY);
        element('sign-in').addEventListener('submit', (event) => {
          event.preventDefault();
          signIn(supabase, event.submitter?.value ?? 'password');
        });
        element('consent').addEventListener('submit', (event) => {
          event.preventDefault();
          decide(supabase, event.submitter?.value ?? 'deny');
        });
        await start(supabase);
      }
    </script>
  </body>
</html>
`;
