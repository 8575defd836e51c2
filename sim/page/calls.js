// The last calls, without bodies until one is opened.
import {ask} from './api.js';
import {$, afterTyping, count, h, notify, paint, pretty} from './dom.js';

const step = 15;
let shown = step;
let changed = () => {};
let asked = 0;

const statusText = call => call.status === 0 ? 'cut' : String(call.status);
const went = call => call.status >= 200 && call.status < 300 ? (call.status === 207 ? 'part' : 'ok') : 'no';

function row(call) {
  const target = call.path + (call.query ? '?' + call.query : '');
  return h('tr', {data: {number: String(call.number)}},
    h('td', {class: 'soft'}, call.at.slice(11, 19)),
    h('td', {class: 'target'}, h('button', {type: 'button', class: 'link', title: target, data: {key: `call-${call.number}`}, on: {click: () => open(call.number)}},
      h('span', {class: 'method'}, call.method), ' ', target)),
    h('td', {}, call.kind),
    h('td', {}, h('span', {class: `status ${went(call)}`}, statusText(call))),
    h('td', {class: 'num'}, count(call.credits)),
    h('td', {class: 'soft'}, call.fault ? h('span', {class: 'fault-name'}, call.fault) : ''));
}

export async function refreshCalls(state) {
  const turn = ++asked;
  const answer = await ask('calls', {limit: shown + 1, bodies: 'false', kind: $('call-kind').value, search: $('call-search').value.trim(), failed: $('call-failed').checked || ''});
  if (turn !== asked) return;
  const more = answer.calls.length > shown;
  const calls = answer.calls.slice(0, shown);
  $('calls-total').textContent = `${count(answer.total)} in all, the last 200 are kept`;
  const head = h('tr', {}, ['Time', 'Call', 'Kind', 'Status', 'Credits', 'Fault'].map(name => h('th', {scope: 'col', class: name === 'Credits' ? 'num' : ''}, name)));
  paint($('call-table'), h('thead', {}, head), h('tbody', {}, calls.length ? calls.map(row) :
    h('tr', {}, h('td', {class: 'empty', colSpan: 6}, answer.total ? 'No call fits.' : 'No call yet. Point a client at this address.'))));
  paint($('call-pager'), h('span', {class: 'grow'}), more && h('button', {type: 'button', data: {key: 'more-calls'}, on: {click: () => { shown += 50; changed(); }}}, 'Show more'));
  paintKinds(state);
}

function paintKinds(state) {
  const select = $('call-kind');
  const kinds = ['', ...Object.keys(state.counters.calls).sort()];
  if (select.value && !kinds.includes(select.value)) kinds.push(select.value);
  if (kinds.join() === [...select.options].map(option => option.value).join()) return;
  const chosen = select.value;
  paint(select, kinds.map(kind => h('option', {value: kind, selected: kind === chosen}, kind || 'all')));
}

function body(title, text) {
  return h('section', {class: 'body'}, h('h3', {}, title), h('pre', {tabIndex: 0}, text ? (/^\s*[{[]/.test(text) ? pretty(text) : text) : '(empty)'));
}

async function open(number) {
  const dialog = $('call-dialog');
  let call;
  try {
    call = await ask(`calls/${number}`);
  } catch (error) {
    notify(error.message, true);
    return;
  }
  const facts = [`${call.at.replace('T', ' ')}`, call.credits === 1 ? '1 credit' : `${count(call.credits)} credits`, `${count(call.delay_ms)} ms`, call.trigger !== undefined && `trigger ${JSON.stringify(call.trigger)}`, call.fault && `fault: ${call.fault}`];
  paint(dialog,
    h('div', {class: 'dialog-head'}, h('div', {}, h('h2', {id: 'call-title'}, h('span', {class: `status ${went(call)}`}, statusText(call)), ` ${call.method} ${call.path}`),
      call.query ? h('p', {class: 'query'}, '?' + call.query) : null, h('p', {class: 'soft'}, facts.filter(Boolean).join(' · '))),
    h('button', {type: 'button', class: 'x big', 'aria-label': 'Close', on: {click: () => dialog.close()}}, '×')),
    h('div', {class: 'dialog-body bodies'}, body('Request', call.request), body('Answer', call.answer)));
  dialog.showModal();
}

export function startCalls(refresh) {
  changed = refresh;
  const again = () => { shown = step; changed(); };
  $('call-search').addEventListener('input', afterTyping(again));
  $('call-kind').addEventListener('change', again);
  $('call-failed').addEventListener('change', again);
}
