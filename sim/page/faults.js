// Faults: what is set, and putting in and taking out.
import {act, ask, remove} from './api.js';
import {$, count, h, notify, paint} from './dom.js';

const words = {
  latency: 'a late answer', status: 'an error status', hang: 'no answer, ever', reset_before: 'connection reset, nothing applied',
  reset_after: 'connection reset after applying', truncate: 'half an answer, applied', expire_token: 'access token expires', revoke_token: 'refresh token revoked', record_error: 'chosen rows refused',
};
const profiles = {mild: 'slow, a refusal now and then', rough: 'every kind of failure, each rare', hostile: 'the worst of days'};
let changed = () => {};
let known;

const percent = share => `${Number((100 * share).toFixed(2))} %`;

function told(fault) {
  const where = `${fault.on === 'any' ? 'any call' : fault.on}${fault.module ? ` on ${fault.module}` : ''}`;
  const what = fault.effect === 'status' ? `status ${fault.status}${fault.html ? ' with HTML' : ''}` : fault.effect === 'record_error' ?
    `${fault.field ? `rows with ${fault.field} = ${fault.value}` : fault.row === undefined ? 'every row' : `row ${fault.row}`}: ${fault.code}` : words[fault.effect];
  const late = fault.latency_ms || fault.jitter_ms ? ` ${fault.latency_ms ?? 0} ms${fault.jitter_ms ? ` + up to ${fault.jitter_ms}` : ''}` : '';
  const when = [fault.probability < 1 && percent(fault.probability), fault.nth > 1 && `from the ${count(fault.nth)}. call on`, fault.times === 1 ? 'once' : fault.times > 1 && `${count(fault.times)} times`].filter(Boolean).join(', ');
  return {title: `${where}: ${what}${late}`, when};
}

async function attempt(work, word) {
  try {
    await work();
    notify(word);
  } catch (error) {
    notify(error.message, true);
    throw error;
  } finally {
    changed();
  }
}

export async function refreshFaults() {
  const answer = await ask('faults');
  paint($('faults'), answer.faults.length ? h('ul', {class: 'fault-list'}, answer.faults.map(fault => {
    const {title, when} = told(fault);
    const spent = fault.times >= 0 && fault.fired >= fault.times;
    return h('li', {class: spent ? 'spent' : '', data: {number: String(fault.number)}},
      h('div', {}, h('b', {}, title), h('small', {}, [when, `struck ${count(fault.fired)} of ${count(fault.seen)}${spent ? ', spent' : ''}`].filter(Boolean).join(' · '))),
      h('button', {type: 'button', class: 'x', 'aria-label': `Remove the fault ${title}`, data: {key: `fault-${fault.number}`}, on: {click: () => attempt(() => remove(`faults/${fault.number}`), 'Fault removed').catch(() => {})}}, '×'));
  })) : h('p', {class: 'empty'}, 'None: every call goes through.'));
  $('clear-faults').hidden = answer.faults.length === 0;
  if (!known) {
    known = answer.known;
    paintProfiles();
    paintForm();
  }
}

function paintProfiles() {
  paint($('profiles'), h('span', {class: 'soft'}, 'Add a mixture:'), known.profiles.map(name => h('button', {type: 'button', title: profiles[name] ?? '', data: {key: `profile-${name}`},
    on: {click: () => attempt(() => act('faults', {profile: name}), `Profile ${name} is on`).catch(() => {})}}, name)));
}

/** The parts of the form, each with the effects that it is for (none: all). */
function parts() {
  const input = (label, name, props = {}, effects) => h('label', {class: 'field', data: {effects: effects?.join(' ') ?? ''}}, h('span', {}, label), h('input', {name, type: 'text', autocomplete: 'off', ...props}));
  const number = (label, name, props, effects) => input(label, name, {inputMode: 'decimal', ...props}, effects);
  const select = (label, name, options, effects) => h('label', {class: 'field', data: {effects: effects?.join(' ') ?? ''}}, h('span', {}, label), h('select', {name}, options.map(([value, text]) => h('option', {value}, text))));
  return [
    select('What happens', 'effect', known.effects.map(name => [name, words[name] ?? name])),
    select('To calls of kind', 'on', ['any', ...known.on].map(name => [name, name])),
    input('Module (empty: any)', 'module', {placeholder: 'Contacts'}),
    number('From the nth call', 'nth', {placeholder: '1'}),
    number('How often (empty: as usual)', 'times', {placeholder: 'once; -1: always'}),
    number('Probability', 'probability', {placeholder: '1'}),
    number('Status', 'status', {placeholder: '503'}, ['status']),
    h('label', {class: 'check', data: {effects: 'status'}}, h('input', {type: 'checkbox', name: 'html'}), ' HTML body'),
    number('Latency, ms', 'latency_ms', {placeholder: '0'}, ['latency']),
    number('Jitter, ms', 'jitter_ms', {placeholder: '0'}, ['latency']),
    input('Rows with this field …', 'field', {placeholder: 'Platform_User_ID'}, ['record_error']),
    input('… of this value', 'value', {}, ['record_error']),
    input('Code', 'code', {placeholder: 'INTERNAL_ERROR'}, ['record_error']),
  ];
}

function ruleOf(form) {
  const rule = {};
  for (const input of form.elements) {
    if (!input.name || input.closest('[hidden]')) continue;
    if (input.type === 'checkbox') { if (input.checked) rule[input.name] = true; continue; }
    const text = input.value.trim();
    if (!text) continue;
    if (input.inputMode !== 'decimal') { rule[input.name] = text; continue; }
    if (Number.isNaN(Number(text))) throw new Error(`${input.name} wants a number, not “${text}”`);
    rule[input.name] = Number(text);
  }
  return rule;
}

function paintForm() {
  const form = $('fault-form');
  paint(form, parts(), h('div', {class: 'form-foot'}, h('button', {type: 'submit', class: 'solid'}, 'Add fault')));
  const fit = () => form.querySelectorAll('[data-effects]').forEach(part => {
    const effects = part.dataset.effects;
    part.hidden = effects !== '' && !effects.split(' ').includes(form.elements.effect.value);
  });
  form.elements.effect.value = 'status';
  form.elements.effect.addEventListener('change', fit);
  form.addEventListener('submit', async event => {
    event.preventDefault();
    try {
      const rule = ruleOf(form);
      await attempt(() => act('faults', rule), 'Fault added');
      $('fault-adder').open = false;
    } catch (error) {
      notify(error.message, true);
    }
  });
  fit();
}

export function startFaults(refresh) {
  changed = refresh;
  $('clear-faults').addEventListener('click', () => attempt(() => remove('faults'), 'Faults cleared').catch(() => {}));
}
