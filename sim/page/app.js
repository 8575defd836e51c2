// Watches the simulator: asks for the state once a second and for the lists only when something may have changed.
import {act, ask} from './api.js';
import {startCalls, refreshCalls} from './calls.js';
import {$, confirmed, notify} from './dom.js';
import {startFaults, refreshFaults} from './faults.js';
import {paintOverview} from './overview.js';
import {paintTabs, refreshRecords, show, startRecords} from './records.js';
import {startRecord} from './record.js';

const pause = 1000;
let seen = null;     // the revision that is painted
let lastSeenAt = null;
let timer;
let busy = false;
let again = false;

function paintLive(text, good) {
  if ($('live').textContent !== text) $('live').textContent = text;
  $('live').className = `live ${good ? 'ok' : 'no'}`;
}

async function refresh() {
  const state = await ask('state');
  $('now').textContent = state.now.slice(0, 19).replace('T', ' ');
  $('now').setAttribute('datetime', state.now);
  paintLive('Live', true);
  lastSeenAt = new Date();
  if (state.revision === seen) return;
  paintOverview(state, show);
  paintTabs(state);
  await Promise.all([refreshRecords(), refreshCalls(state), refreshFaults()]);
  seen = state.revision;
}

async function tick() {
  clearTimeout(timer);
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    await refresh();
  } catch (error) {
    seen = null;
    // A refusal is an answer: it is the list's own trouble, the simulator is there.
    if (error.name === 'Refused') notify(error.message, true);
    else paintLive(lastSeenAt ? `Not reachable, last seen ${lastSeenAt.toLocaleTimeString()}` : 'Not reachable', false);
  }
  busy = false;
  if (again) {
    again = false;
    tick();
    return;
  }
  if (!document.hidden) timer = setTimeout(tick, pause);
}

function refreshNow() {
  seen = null;
  tick();
}

async function attempt(work, word) {
  try {
    await work();
    notify(word);
  } catch (error) {
    notify(error.message, true);
  }
  refreshNow();
}

const acts = {
  expire: () => attempt(() => act('oauth', {expire_access_tokens: true}), 'All access tokens have expired'),
  reset: async () => {
    if (await confirmed('Reset to the start?', 'Records, tags, calls, counters, tokens and faults go back to what they were when the simulator started.', 'Reset'))
      await attempt(() => act('reset'), 'As at the start');
  },
  load: () => $('snapshot-file').click(),
};

async function loadSnapshot(event) {
  const [file] = event.target.files;
  event.target.value = '';
  if (!file || !await confirmed(`Load ${file.name}?`, 'It takes the place of everything that the org holds now.', 'Load')) return;
  const text = await file.text();
  await attempt(async () => {
    const answer = await fetch('/control/snapshot', {method: 'POST', body: text});
    if (!answer.ok) throw new Error((await answer.json()).error);
  }, 'Loaded');
}

startRecords(refreshNow);
startRecord(refreshNow);
startCalls(refreshNow);
startFaults(refreshNow);
for (const button of document.querySelectorAll('[data-advance]')) {
  button.addEventListener('click', () => attempt(() => act('clock', {advance_seconds: Number(button.dataset.advance)}), `The clock stands ${button.textContent.slice(1)} later`));
}
for (const button of document.querySelectorAll('[data-act]')) {
  button.addEventListener('click', () => { $('menu').open = false; acts[button.dataset.act](); });
}
$('snapshot-file').addEventListener('change', loadSnapshot);
document.addEventListener('click', event => { if (!$('menu').contains(event.target)) $('menu').open = false; });
document.addEventListener('keydown', event => { if (event.key === 'Escape' && $('menu').open) { $('menu').open = false; $('menu').firstElementChild.focus(); } });
document.addEventListener('visibilitychange', () => { if (!document.hidden) tick(); });
// A click beside a dialog closes it.
for (const dialog of document.querySelectorAll('dialog')) dialog.addEventListener('click', event => { if (event.target === dialog) dialog.close(); });
tick();
