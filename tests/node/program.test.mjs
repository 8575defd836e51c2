// zohosim as a program: its files, its exit codes, and the script that others copy into their CI.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {startZohosim} from './zohosim.mjs';

const folder = mkdtempSync(join(tmpdir(), 'zohosim-program-'));
after(() => rmSync(folder, {recursive: true}));
const at = name => join(folder, name);
const written = (name, text) => { writeFileSync(at(name), text); return at(name); };

const refused = (...options) => {
  const {status, stderr} = spawnSync(process.env.ZS_ZOHOSIM, options, {encoding: 'utf8', timeout: 20_000});
  return `${status} ${stderr}`;
};

test('goes on with the org that it wrote, also after a reset', async () => {
  const first = await startZohosim('--ready', '--write-org', at('org.json'));
  const {id} = await first.post('records/Contacts', {fields: {Last_Name: 'Itö', Platform_User_ID: 'u1'}, tags: ['vip']});
  await first.post('clock', {advance_seconds: 86_400});
  const gone = await first.post('records/Contacts', {fields: {Last_Name: 'Gone'}});
  await first.post(`records/Contacts/${gone.id}`, {delete: true});
  const before = await first.get('snapshot');
  assert.equal(await first.stop(), 0);

  const again = await startZohosim('--ready', '--org', at('org.json'));
  assert.deepEqual(await again.get('snapshot'), before);
  const {records: [record]} = await again.get('records?module=Contacts&external=u1');
  assert.deepEqual([record.id, record.Tag[0].name], [id, 'vip']);
  assert.ok(new Date((await again.get('state')).now) >= new Date(gone.Modified_Time), 'no clock before what happened');
  await again.post(`records/Contacts/${id}`, {delete: true});
  await again.post('reset');
  assert.deepEqual(await again.get('snapshot'), before);
  assert.equal(await again.stop(), 0);
});

test('starts with faults from a file and with a mixture', async () => {
  const faults = written('faults.json', '{"faults": [{"on": "org", "effect": "status", "status": 502, "times": -1}]}');
  const sim = await startZohosim('--faults', faults, '--fault-profile', 'mild');
  const {faults: set} = await sim.get('faults');
  assert.deepEqual([set[0].on, set[0].status], ['org', 502]);
  assert.ok(set.length > 2);
  await sim.remove('faults');
  await sim.post('reset');
  assert.equal((await sim.get('faults')).faults.length, set.length);
  await sim.stop();
});

test('says what is wrong and ends with 2', () => {
  assert.match(refused('--org', written('bad.json', '{"format":"zohosim-org-1","modules":{"Nope":{}}}')), /^2 .*bad\.json.*no module Nope/);
  assert.match(refused('--org', at('none.json')), /^2 .*none\.json/s);
  assert.match(refused('--faults', written('faults.json', '[{"on":"insrt"}]')), /^2 .*insrt/);
  assert.match(refused('--fault-profile', 'sunny'), /^2 .*sunny/s);
  assert.match(refused('--write-org', at('none/org.json')), /^2 .*none/);
  assert.match(refused('--mandatory', 'Deals.Nope'), /^2 .*Deals\.Nope/);
  assert.match(refused('--mixed-status', '208'), /^2 .*208/s);
  assert.match(refused('--listen', 'nonsense'), /^2 .*nonsense/);
});

test('ends with 3 when the port is taken', async () => {
  const sim = await startZohosim();
  assert.match(refused('--listen', sim.origin.replace('http://', '')), /^3 /);
  await sim.stop();
});

test('the script for a CI passes a good client and fails one that makes twins', () => {
  const run = command => spawnSync('../../sim/ci.sh', ['sh', '-c', command], {
    cwd: import.meta.dirname ?? new URL('.', import.meta.url).pathname, encoding: 'utf8', timeout: 60_000,
    env: {...process.env, ZOHOSIM: process.env.ZS_ZOHOSIM, KEEP: at('kept.json')}});
  const good = run('curl -sf "$ZOHO_API_URL/control/state" >/dev/null && test "$ZOHO_CLIENT_ID" = 1000.SIM');
  assert.equal(good.status, 0, good.stderr);
  assert.ok(!existsSync(at('kept.json')));
  assert.equal(run('exit 7').status, 7);
  const twins = '{"format":"zohosim-org-1","modules":{"Contacts":{"records":[{"values":{"Last_Name":"A","Platform_User_ID":"u1"}},{"values":{"Last_Name":"A","Platform_User_ID":"u1"}}]}}}';
  const bad = run(`curl -sf "$ZOHO_API_URL/control/snapshot" -d '${twins}' >/dev/null`);
  assert.equal(bad.status, 1);
  assert.match(bad.stderr, /twins/);
  assert.equal(JSON.parse(readFileSync(at('kept.json'), 'utf8')).modules.Contacts.records.length, 2);
});
