// How fast zohosim takes records and how much memory they need. Not a test: figures differ between machines.
//   ZS_ZOHOSIM=build/release/bin/zohosim node tests/node/measure.mjs [records]
import {createReadStream, readFileSync, rmSync, statSync} from 'node:fs';
import {Agent, request} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startZohosim} from './zohosim.mjs';

const total = Number(process.argv[2] ?? 1_000_000);
const perCall = 100, connections = 4;
const file = join(tmpdir(), `zohosim-${process.pid}.json`);
const plans = ['plan-base', 'plan-plus', 'plan-pro'], lives = ['lifecycle-trial', 'lifecycle-active', 'lifecycle-churned'];

const contact = i => `{"Last_Name":"Person ${i}","First_Name":"Sample","Email":"person.${i}@customer-${i % 50_000}.example","Phone":"+49301${100_000 + i % 900_000}","Title":"Head of Work","Mailing_Country":"Germany","Platform_User_ID":"usr_${i}","Tag":[{"name":"${lives[i % 3]}"},{"name":"${plans[i % 3]}"},{"name":"source-website"},{"name":"compliance-gdpr"}]}`;
const batch = first => `{"data":[${Array.from({length: perCall}, (_, i) => contact(first + i)).join()}],"trigger":[]}`;

/** Of a process: resident now and at its highest, in MiB. */
function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const at = name => Math.round(Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))[1]) / 1024);
  return `${at('VmRSS')} MiB resident, ${at('VmHWM')} MiB at most`;
}

const agent = new Agent({keepAlive: true, maxSockets: connections});
function post(origin, path, token, body) {
  return new Promise((resolve, reject) => {
    const call = request(origin + path, {method: 'POST', agent, headers: {Authorization: `Zoho-oauthtoken ${token}`, 'Content-Length': Buffer.byteLength(body)}}, answer => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', piece => { text += piece; });
      answer.on('end', () => resolve({status: answer.statusCode, text}));
    });
    call.on('error', reject);
    call.end(body);
  });
}

const seconds = from => (performance.now() - from) / 1000;
const sim = await startZohosim('--ready', '--daily-credits', '1000000000', '--write-org', file);
const minted = await post(sim.origin, '/oauth/v2/token?grant_type=refresh_token&client_id=1000.SIM&client_secret=sim-secret&refresh_token=1000.sim.refresh', '', '');
const token = JSON.parse(minted.text).access_token;

let next = 0, busy = 0;
const began = performance.now();
await Promise.all(Array.from({length: connections}, async () => {
  while (next < total) {
    const first = next;
    next += perCall;
    const body = batch(first);
    const sent = performance.now();
    const {status} = await post(sim.origin, '/crm/v8/Contacts', token, body);
    busy += seconds(sent);
    if (status !== 201) throw new Error(`insert answered ${status}`);
  }
}));
const took = seconds(began);
console.log(`insert  ${total} contacts in calls of ${perCall}, ${connections} at once: ${took.toFixed(1)} s, ${Math.round(total / took)} records/s, ${Math.round(total / perCall / took)} calls/s, ${(1000 * busy * perCall / total).toFixed(2)} ms a call`);
console.log(`memory  ${memory(sim.pid)}`);

const asking = performance.now();
const bytes = await new Promise((resolve, reject) => {
  request(`${sim.origin}/control/snapshot`, answer => {
    let read = 0;
    answer.on('data', piece => { read += piece.length; });
    answer.on('end', () => resolve(read));
  }).on('error', reject).end();
});
console.log(`give    GET /control/snapshot, ${Math.round(bytes / 1024 / 1024)} MiB: ${seconds(asking).toFixed(1)} s, ${memory(sim.pid)}`);

const writing = performance.now();
await sim.stop();
console.log(`write   ${(statSync(file).size / 1024 / 1024).toFixed(0)} MiB at the end: ${seconds(writing).toFixed(1)} s`);

const reading = performance.now();
const again = await startZohosim('--ready', '--org', file);
console.log(`start   from it: ${seconds(reading).toFixed(1)} s, ${memory(again.pid)}`);
const state = await again.get('state');
if (state.modules.Contacts.records !== total) throw new Error(`of ${total} records ${state.modules.Contacts.records} are left`);
await again.stop();

const third = await startZohosim('--ready');
const taking = performance.now();
await new Promise((resolve, reject) => {
  const call = request(`${third.origin}/control/snapshot`, {method: 'POST', headers: {'Content-Length': statSync(file).size}}, answer => {
    answer.resume();
    answer.on('end', () => answer.statusCode === 200 ? resolve() : reject(new Error(`POST answered ${answer.statusCode}`)));
  });
  call.on('error', reject);
  createReadStream(file).pipe(call);
});
console.log(`take    POST /control/snapshot: ${seconds(taking).toFixed(1)} s, ${memory(third.pid)}`);
await third.stop();
rmSync(file);
agent.destroy();
