// The records of one module: search, filters, pages, selection.
import {act, ask} from './api.js';
import {$, afterTyping, confirmed, count, h, notify, paint} from './dom.js';
import {openRecord, openNewRecord} from './record.js';

const pageSize = 15;
const columns = {
  Contacts: ['Full_Name', 'Email', 'Account_Name', 'Platform_User_ID'],
  Accounts: ['Account_Name', 'Website', 'Industry', 'Platform_Account_ID'],
  Deals: ['Deal_Name', 'Stage', 'Amount', 'Account_Name', 'Platform_Subscription_ID'],
  Leads: ['Full_Name', 'Company', 'Email'],
  Products: ['Product_Name'],
  Tasks: ['Subject', 'Status', 'Priority'],
};
const always = ['Contacts', 'Accounts', 'Deals', 'Leads'];

const view = {module: 'Contacts', tag: '', field: '', value: '', twins: false, offset: 0};
const selected = new Map();  // id → name
let changed = () => {};      // asks for a refresh
let asked = 0;

export const nameOf = record => record.Full_Name ?? record.Deal_Name ?? record.Subject ?? record.Product_Name ?? (typeof record.Account_Name === 'string' ? record.Account_Name : null) ?? record.id;
const shownText = value => value === null || value === undefined ? '' : typeof value === 'object' ? value.name ?? JSON.stringify(value) : String(value);

/** Shows a list, as a click on a figure, a tag or a stage wants it. */
export function show(wanted) {
  Object.assign(view, {tag: '', field: '', value: '', twins: false, offset: 0}, wanted);
  $('search').value = '';
  $('bin').checked = false;
  selected.clear();
  changed();
  $('records').scrollIntoView({block: 'nearest'});
}

export function paintTabs(state) {
  const names = Object.keys(state.modules).filter(name => always.includes(name) || state.modules[name].records > 0);
  paint($('tabs'), names.map(name => h('button', {type: 'button', 'aria-pressed': String(name === view.module), data: {key: `tab-${name}`},
    on: {click: () => show({module: name})}}, name, h('span', {class: 'pill'}, count(state.modules[name].records)))));
}

export async function refreshRecords() {
  const turn = ++asked;
  const answer = await ask('records', {module: view.module, limit: pageSize, offset: view.offset, search: $('search').value.trim(), tag: view.tag,
    field: view.field, value: view.field ? view.value : '', twins: view.twins || '', deleted: $('bin').checked || ''});
  // An older answer that comes late would show another list than the one that is asked for.
  if (turn !== asked) return;
  if (view.offset >= answer.found && view.offset > 0) {
    view.offset = Math.max(0, Math.floor((answer.found - 1) / pageSize) * pageSize);
    await refreshRecords();
    return;
  }
  paintFilters();
  paintTable(answer);
  paintPager(answer);
  paintBulk();
}

function paintFilters() {
  const chip = (label, clear) => h('span', {class: 'chip'}, label,
    h('button', {type: 'button', class: 'x', 'aria-label': `Remove the filter ${label}`, data: {key: `filter-${label}`}, on: {click: () => { Object.assign(view, clear, {offset: 0}); changed(); }}}, '×'));
  paint($('filters'), view.tag && chip(`Tag: ${view.tag}`, {tag: ''}), view.field && chip(`${view.field}: ${view.value}`, {field: '', value: ''}),
    view.twins && chip('Only twins', {twins: false}));
}

function tick(record) {
  const name = nameOf(record);
  return h('input', {type: 'checkbox', 'aria-label': `Select ${name}`, checked: selected.has(record.id), data: {key: `tick-${record.id}`},
    on: {change: event => { event.target.checked ? selected.set(record.id, name) : selected.delete(record.id); paintBulk(); }}});
}

function row(record, shown) {
  const [first, ...others] = shown;
  const open = h('button', {type: 'button', class: 'link', data: {key: `open-${record.id}`}, on: {click: () => openRecord(view.module, record.id)}},
    shownText(record[first]) || nameOf(record));
  const held = record.$locked_for_me ? 'locked' : record.$approval_state === 'pending' ? 'in approval' : record.$editable ? '' : 'in a blueprint';
  return h('tr', {data: {id: record.id}},
    h('td', {class: 'tick'}, tick(record)),
    h('td', {}, $('bin').checked ? shownText(record[first]) : open, held ? h('span', {class: 'held'}, held) : null),
    others.map(name => h('td', {class: name === 'Amount' ? 'num' : '', title: shownText(record[name])}, shownText(record[name]))),
    h('td', {class: 'tags'}, record.Tag.map(tag => h('span', {class: 'chip'}, tag.color_code ? h('i', {class: 'dot', css: {background: tag.color_code}}) : null, tag.name))),
    h('td', {class: 'soft'}, record.Modified_Time.slice(0, 19).replace('T', ' ')));
}

function paintTable(answer) {
  const shown = columns[view.module] ?? ['id'];
  const head = h('tr', {}, h('th', {class: 'tick'}, h('span', {class: 'hidden'}, 'Select')), [...shown, 'Tags', 'Modified'].map(name =>
    h('th', {scope: 'col', class: name === 'Amount' ? 'num' : ''}, name.replaceAll('_', ' '))));
  const nothing = answer.total === 0 && !$('bin').checked ? `No ${view.module} yet. They appear here as soon as somebody makes them.` : 'Nothing fits.';
  paint($('record-table'), h('thead', {}, head), h('tbody', {}, answer.records.length ? answer.records.map(record => row(record, shown)) :
    h('tr', {}, h('td', {class: 'empty', colSpan: shown.length + 3}, nothing))));
}

function paintPager(answer) {
  const last = Math.min(view.offset + pageSize, answer.found);
  const turn = (label, offset, possible) => h('button', {type: 'button', disabled: !possible, data: {key: `page-${label}`}, on: {click: () => { view.offset = offset; changed(); }}}, label);
  paint($('pager'), h('span', {class: 'soft', role: 'status'}, answer.found ? `${count(view.offset + 1)}–${count(last)} of ${count(answer.found)}` : '0 of 0'), h('span', {class: 'grow'}),
    turn('Previous', Math.max(0, view.offset - pageSize), view.offset > 0), turn('Next', view.offset + pageSize, last < answer.found));
}

function paintBulk() {
  $('bulk').hidden = selected.size === 0;
  if (selected.size === 0) return;
  const button = (label, on, props = {}) => h('button', {type: 'button', data: {key: `bulk-${label}`}, on: {click: on}, ...props}, label);
  paint($('bulk'), h('span', {}, `${count(selected.size)} selected`), h('span', {class: 'grow'}),
    $('bin').checked ? button('Restore', restore) : [button('Merge…', merge, {disabled: selected.size < 2}), button('Delete…', deleteSelected, {class: 'danger'})],
    button('Clear selection', () => { selected.clear(); changed(); }));
}

/** Does something to every selected record; says what went wrong and goes on with the others. */
async function forEachSelected(body, done) {
  let well = 0;
  for (const [id, name] of [...selected]) {
    try {
      await act(`records/${view.module}/${id}`, body);
      selected.delete(id);
      well += 1;
    } catch (error) {
      notify(`${name}: ${error.message}`, true);
    }
  }
  if (well) notify(`${count(well)} ${done}`);
  changed();
}

const restore = () => forEachSelected({restore: true}, 'restored');

async function deleteSelected() {
  const names = [...selected.values()];
  const title = names.length === 1 ? `Delete ${names[0]}?` : `Delete ${count(names.length)} records?`;
  if (await confirmed(title, 'They go to the recycle bin, as if a person had deleted them in the CRM.', 'Delete')) await forEachSelected({delete: true}, 'deleted');
}

async function merge() {
  const survivor = await askSurvivor();
  if (!survivor) return;
  try {
    await act('merge', {module: view.module, master: survivor, losers: [...selected.keys()].filter(id => id !== survivor)});
    notify(`Merged into ${selected.get(survivor)}`);
    selected.clear();
  } catch (error) {
    notify(error.message, true);
  }
  changed();
}

function askSurvivor() {
  const dialog = $('ask-dialog');
  return new Promise(resolve => {
    let answer = null;
    const form = h('form', {on: {submit: event => { event.preventDefault(); answer = new FormData(form).get('survivor'); dialog.close(); }}},
      h('h2', {id: 'ask-title'}, `Merge ${count(selected.size)} records`),
      h('p', {}, 'The one that you choose stays as it is; the others go to the recycle bin and what hung on them hangs on it. Zoho leaves no redirect.'),
      h('fieldset', {}, h('legend', {}, 'Which one stays?'), [...selected].map(([id, name], i) =>
        h('label', {class: 'choice'}, h('input', {type: 'radio', name: 'survivor', value: id, checked: i === 0}), h('span', {}, name, h('small', {}, id))))),
      h('div', {class: 'dialog-foot'}, h('span', {class: 'grow'}), h('button', {type: 'button', on: {click: () => dialog.close()}}, 'Cancel'),
        h('button', {type: 'submit', class: 'danger solid'}, 'Merge')));
    paint(dialog, form);
    dialog.addEventListener('close', () => resolve(answer), {once: true});
    dialog.showModal();
  });
}

export function startRecords(refresh) {
  changed = refresh;
  const again = () => { view.offset = 0; selected.clear(); changed(); };
  $('search').addEventListener('input', afterTyping(again));
  $('bin').addEventListener('change', again);
  $('new-record').addEventListener('click', () => openNewRecord(view.module));
}
