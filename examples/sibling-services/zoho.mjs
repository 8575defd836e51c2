// Calls Zoho with the access token that zohosync lends. No packages needed.
//
//   const zoho = zohoThrough({socket: '/run/zohosync/zohosync.sock', scopes: ['ZohoCRM.modules.contacts.READ']});
//   const answer = await zoho('/crm/v8/Contacts/5725767000000411002?fields=Email');
//
// As a program: node zoho.mjs /crm/v8/org prints what Zoho answers; ZOHOSYNC_SOCKET, or ZOHOSYNC_URL and
// ZOHOSYNC_API_KEY (scope token), say where the daemon is.
import {request as httpRequest} from 'node:http';
import {request as httpsRequest} from 'node:https';
import {pathToFileURL} from 'node:url';

const PATIENCE_MS = 30_000;
// The daemon renews three to four minutes before the end: what has less left than a minute is old news.
const LEAST_LIFE_MS = 60_000;

/** fetch() cannot open Unix sockets, so the daemon is asked with node:http. */
function askDaemon({socket, url = 'http://127.0.0.1:8080', key}, path) {
  const {protocol, hostname, port} = new URL(url);
  const where = socket ? {socketPath: socket} : {hostname: hostname.replace(/^\[|\]$/g, ''), port};
  const send = !socket && protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send({...where, path, headers: key ? {authorization: `Bearer ${key}`} : {},
                          signal: AbortSignal.timeout(PATIENCE_MS)}, response => {
      let text = '';
      response.setEncoding('utf8').on('data', part => { text += part; }).on('error', reject).on('end', () => {
        try {
          resolve({status: response.statusCode, body: JSON.parse(text)});
        } catch {
          reject(new Error(`the daemon answered ${response.statusCode} and no JSON`));
        }
      });
    });
    request.on('error', reject).end();
  });
}

/** A fetch() for Zoho's API: takes a path, brings the token, asks for another one once when Zoho refuses it. */
export function zohoThrough({scopes = [], ...daemon}) {
  const query = scopes.length ? `?scope=${encodeURIComponent(scopes.join(','))}` : '';
  let lent = null;

  async function token(refused) {
    const isGood = lent && lent.access_token !== refused && Date.parse(lent.expires_at) - Date.now() > LEAST_LIFE_MS;
    if (isGood) return lent;
    const {status, body} = await askDaemon(daemon, `/v1/token${query}`);
    if (status !== 200) throw new Error(`zohosync lends no token: ${body.detail ?? status}`);
    lent = body;
    return lent;
  }

  async function send(path, options, {access_token, api_domain}) {
    const headers = new Headers(options.headers);
    headers.set('authorization', `Zoho-oauthtoken ${access_token}`);
    return fetch(api_domain + path, {signal: AbortSignal.timeout(PATIENCE_MS), ...options, headers});
  }

  return async (path, options = {}) => {
    const first = await token();
    const answer = await send(path, options, first);
    if (answer.status !== 401) return answer;
    const second = await token(first.access_token);
    return second.access_token === first.access_token ? answer : send(path, options, second);
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = process.argv[2];
  if (!path?.startsWith('/')) {
    console.error('usage: node zoho.mjs /crm/v8/…');
    process.exit(2);
  }
  try {
    const {ZOHOSYNC_SOCKET: socket, ZOHOSYNC_URL: url, ZOHOSYNC_API_KEY: key} = process.env;
    const answer = await zohoThrough({socket, url, key})(path);
    console.log(await answer.text());
    process.exit(answer.ok ? 0 : 1);
  } catch (trouble) {
    console.error(trouble.message);
    process.exit(1);
  }
}
