import { CLIENTS } from '../doctor/profiles/clients.ts';
import { clientRules } from '../doctor/profiles/rules.ts';
import type { Exchange } from '../doctor/gather/http.ts';
import { CHECKS } from '../doctor/ids.ts';
import type { CheckResult, Diagnosis } from '../doctor/types.ts';
import { escapeMarkup as escape } from './markup.ts';

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.cause { border: 1px solid #b91c1c; border-left-width: 6px; border-radius: 4px; padding: .5rem 1rem; margin: 1rem 0; }
.fix { white-space: pre-wrap; }
.cause.warn { border-color: #b45309; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; }
code, pre { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
.fail { color: #b91c1c; } .warn { color: #b45309; } .pass { color: #15803d; } .skip { opacity: .6; }
@media (prefers-color-scheme: dark) { .fail { color: #f87171; } .warn { color: #fbbf24; } .pass { color: #4ade80; } }`;

export interface PageInput {
  diagnosis: Diagnosis;
  log: Exchange[];
  /** When the evidence was taken, in milliseconds since 1970. */
  now: number;
  version: string;
}

/** One page without scripts and without anything from elsewhere, to hand to a colleague. */
export function renderPage({ diagnosis, log, now, version }: PageInput): string {
  const { checks, rootCauses, target } = diagnosis;
  const causes = rootCauses.map((id) => checks.find((check) => check.id === id)!);
  const title = `add-auth doctor: ${target.value}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(title)}</title><style>${STYLE}</style></head><body>
<h1>${escape(title)}</h1>
<p>${new Date(now).toISOString()}, add-auth ${escape(version)}. ${causes.length === 0 ? 'Nothing is wrong that can be seen from here.' : ''}</p>
${causes.map(causeBox).join('\n')}
<h2>Who can connect</h2>
<table>${CLIENTS.map((client) => clientRow(client, checks)).join('')}</table>
<h2>Checks</h2>
<table>${checks.map(checkRow).join('\n')}</table>
<h2>HTTP exchanges</h2>
<p>Tokens, secrets and cookies are struck out.</p>
${log.map(exchangeBlock).join('\n')}
</body></html>
`;
}

function causeBox(check: CheckResult): string {
  const evidence = check.evidence ? `<pre>${escape(JSON.stringify(check.evidence, null, 2))}</pre>` : '';
  const fix = check.fix === undefined ? '' : `<p class="fix"><strong>Fix:</strong> ${escape(check.fix)}</p>`;
  return `<section class="cause ${check.status}"><p><strong class="${check.status}">${check.id}</strong> ${escape(check.title)}</p>
<p>${escape(check.detail)}</p>${fix}${evidence}<p class="skip">${escape(CHECKS[check.id].spec)}</p></section>`;
}

function clientRow(client: (typeof CLIENTS)[number], checks: CheckResult[]): string {
  const check = checks.find(({ id }) => id === `profile.${client}`);
  return check
    ? `<tr><td>${escape(clientRules(client).name)}</td><td class="${check.status}">${check.status}</td><td>${escape(check.detail)}</td></tr>`
    : '';
}

const checkRow = ({ id, status, detail }: CheckResult): string =>
  `<tr class="${status === 'skip' ? 'skip' : ''}"><td><code>${id}</code></td><td class="${status}">${status}</td><td>${escape(detail)}</td></tr>`;

function exchangeBlock({ method, url, status, problem, detail, ms, sent, headers, text }: Exchange): string {
  const lines = [
    ...Object.entries(sent).map(([name, value]) => `> ${name}: ${value}`),
    ...Object.entries(headers).map(([name, value]) => `< ${name}: ${value}`),
    ...(text === '' ? [] : ['', text.slice(0, 2000)]),
  ];
  const result = status ?? `${problem ?? ''} ${detail ?? ''}`;
  return `<details><summary><code>${escape(`${method} ${url} -> ${result} (${ms} ms)`)}</code></summary><pre>${escape(lines.join('\n'))}</pre></details>`;
}
