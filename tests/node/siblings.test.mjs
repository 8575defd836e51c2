// The examples for sibling services, as they would run them: beside a real daemon, by its socket and by HTTP.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {zohoThrough} from '../../examples/sibling-services/zoho.mjs';
import {startZohosim} from './zohosim.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const examples = join(here, '../../examples/sibling-services');
const folder = mkdtempSync(join(tmpdir(), 'zohosync-siblings-'));
const socket = join(folder, 's');
const KEY = 'a sibling\'s key';
let sim;
let daemon;
let url;

function run(command, args, env) {
  return new Promise(resolve => {
    const child = spawn(command, args, {env: {PATH: process.env.PATH, ...env}, timeout: 60_000});
    let out = '';
    let err = '';
    child.stdout.on('data', part => { out += part; });
    child.stderr.on('data', part => { err += part; });
    child.on('close', status => resolve({status, out, err}));
  });
}

const platform = (path, options = {}) =>
  fetch(url + path, {...options, headers: {authorization: 'Bearer platform', 'content-type': 'application/cloudevents+json'}});
const mints = async () => (await sim.get('state')).counters.mints;
const digest = text => createHash('sha256').update(text).digest('hex');

before(async () => {
  sim = await startZohosim('--ready');
  writeFileSync(join(folder, 'zohosync.toml'), `
    [server]
    listen = "127.0.0.1:0"
    socket = "${socket}"
    socket_scopes = ["token", "read"]
    [store]
    url = "sqlite:${join(folder, 'z.db')}"
    [zoho]
    accounts_url = "${sim.origin}"
    api_url = "${sim.origin}"
    [[auth.keys]]
    name = "platform"
    sha256 = "${digest('platform')}"
    scopes = ["admin"]
    [[auth.keys]]
    name = "sibling"
    sha256 = "${digest(KEY)}"
    scopes = ["token"]`);
  daemon = spawn(process.env.ZS_ZOHOSYNC, ['serve', '--config', join(folder, 'zohosync.toml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {ZOHO_CLIENT_ID: '1000.SIM', ZOHO_CLIENT_SECRET: 'sim-secret', ZOHO_REFRESH_TOKEN: '1000.sim.refresh'}});
  const port = await new Promise((resolve, reject) => {
    let log = '';
    daemon.on('exit', code => reject(new Error(`zohosync ended with ${code}: ${log}`)));
    daemon.stderr.on('data', part => {
      log += part;
      const serving = log.match(/zohosync serves.*?"port":(\d+)/);
      if (serving) resolve(serving[1]);
    });
  });
  url = `http://127.0.0.1:${port}`;
  const signup = {specversion: '1.0', id: '1', source: '/t', type: 'user.signed_up',
                  data: {user: {id: 'u/1', last_name: 'Itō', email: 'ito@example.com', source: 'website'}}};
  assert.equal((await platform('/v1/events', {method: 'POST', body: JSON.stringify(signup)})).status, 202);
  assert.equal((await (await platform('/v1/mappings/users/u%2F1?wait=60')).json()).synced, true);
});

after(async () => {
  daemon?.kill('SIGTERM');
  await sim?.stop();
  rmSync(folder, {recursive: true});
});

test('the shell example shows the Contact by the socket without any key', async () => {
  assert.equal(statSync(socket).mode & 0o777, 0o660);
  const {status, out, err} = await run(join(examples, 'contact.sh'), ['u/1'], {ZOHOSYNC_SOCKET: socket});
  assert.equal(status, 0, err);
  assert.equal(JSON.parse(out).Email, 'ito@example.com');
  const unknown = await run(join(examples, 'contact.sh'), ['nobody'], {ZOHOSYNC_SOCKET: socket});
  assert.equal(unknown.status, 1);
  assert.match(unknown.err, /^zohosync: /);
});

test('the shell example goes by HTTP with a key, and says what a key may not', async () => {
  const {status, out} = await run(join(examples, 'contact.sh'), ['u/1'], {ZOHOSYNC_URL: url, ZOHOSYNC_API_KEY: 'platform'});
  assert.equal(status, 0);
  assert.equal(JSON.parse(out).Last_Name, 'Itō');
  const narrow = await run(join(examples, 'contact.sh'), ['u/1'], {ZOHOSYNC_URL: url, ZOHOSYNC_API_KEY: KEY});
  assert.equal(narrow.status, 1);
  assert.match(narrow.err, /scope/);
});

test('the Node example works by socket and by HTTP, as a module and as a program', async () => {
  for (const daemonAt of [{socket}, {url, key: KEY}]) {
    const zoho = zohoThrough({...daemonAt, scopes: ['ZohoCRM.org.READ']});
    const org = await (await zoho('/crm/v8/org')).json();
    assert.ok(org.org[0].id);
  }
  const {status, out, err} = await run('node', [join(examples, 'zoho.mjs'), '/crm/v8/org'], {ZOHOSYNC_SOCKET: socket});
  assert.equal(status, 0, err);
  assert.ok(JSON.parse(out).org[0].id);
});

test('a scope that the credentials lack is named before Zoho is asked', async () => {
  const zoho = zohoThrough({socket, scopes: ['ZohoCRM.org.READ', 'ZohoBooks.invoices.READ']});
  await assert.rejects(zoho('/crm/v8/org'), /lack the scope ZohoBooks\.invoices\.READ.*extra_scopes/);
});

test('all of them together have cost one mint, and a token that Zoho forgot is replaced once', async () => {
  assert.equal(await mints(), 1);
  const zoho = zohoThrough({socket});
  assert.equal((await zoho('/crm/v8/org')).status, 200);
  await sim.post('oauth', {expire_access_tokens: true});
  assert.equal((await zoho('/crm/v8/org')).status, 401, 'the daemon has not noticed yet');
  const change = {specversion: '1.0', id: '2', source: '/t', type: 'user.updated', data: {user: {id: 'u/1', title: 'CEO'}}};
  assert.equal((await platform('/v1/events', {method: 'POST', body: JSON.stringify(change)})).status, 202);
  assert.equal((await (await platform('/v1/mappings/users/u%2F1?wait=60')).json()).synced, true);
  assert.equal((await zoho('/crm/v8/org')).status, 200);
  assert.equal(await mints(), 2);
});

test('the socket is for what it is for, and goes with the daemon', async () => {
  const {status, err} = await run('curl', ['-sS', '--fail-with-body', '--unix-socket', socket, '-X', 'DELETE', 'http://localhost/v1/users/u%2F1'], {});
  assert.equal(status, 22, err);
  const ended = new Promise(resolve => daemon.removeAllListeners('exit').on('exit', resolve));
  daemon.kill('SIGTERM');
  assert.equal(await ended, 0);
  assert.throws(() => statSync(socket), {code: 'ENOENT'});
});
