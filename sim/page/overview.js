// Figures, tags, stages and counters: all from one /control/state.
import {$, count, h, paint} from './dom.js';

const main = ['Contacts', 'Accounts', 'Deals', 'Leads'];
const heavyLimit = 10;

function figure(label, value, more, {bad = false, share, open} = {}) {
  const content = [h('span', {class: 'label'}, label), h('b', {}, value), h('span', {class: 'more'}, more ?? ''),
    share === undefined ? null : h('span', {class: 'gauge'}, h('i', {class: share >= 0.9 ? 'hot' : '', css: {width: `${Math.min(100, 100 * share)}%`}}))];
  const props = {class: `figure${bad ? ' bad' : ''}`, data: {key: `figure-${label}`, figure: label}};
  return open ? h('button', {type: 'button', ...props, on: {click: open}}, content) : h('div', props, content);
}

function bar(label, value, most, {color, open, key}) {
  return h('button', {type: 'button', class: 'bar', data: {key}, on: {click: open}, title: `Show the records with ${label}`},
    h('span', {class: 'bar-label'}, color ? h('i', {class: 'dot', css: {background: color}}) : null, label),
    h('span', {class: 'track'}, h('i', {css: {width: `${most ? 100 * value / most : 0}%`, ...(color ? {background: color} : {})}})),
    h('span', {class: 'num'}, count(value)));
}

function figures(state, show) {
  const c = state.counters;
  const twins = Object.values(state.twins).reduce((a, b) => a + b, 0);
  const worst = Object.entries(state.twins).sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'Contacts';
  return [
    ...main.map(name => figure(name, count(state.modules[name].records),
      state.modules[name].deleted ? `${count(state.modules[name].deleted)} deleted` : '', {open: () => show({module: name})})),
    figure('Twins', count(twins), twins ? Object.entries(state.twins).filter(([, n]) => n > 0).map(([name, n]) => `${name} ${count(n)}`).join(' · ') : 'by platform id',
      {bad: twins > 0, open: twins > 0 ? () => show({module: worst, twins: true}) : undefined}),
    figure('CRM calls', count(c.crm_calls), c.faults ? `${count(c.faults)} with a fault` : `${count(c.mints)} token mints`),
    figure('Credits in 24 h', count(c.credits_24h), `of ${count(c.credits_limit)}`, {share: c.credits_24h / c.credits_limit}),
    figure('Concurrency', count(c.highest_concurrency), `highest, of ${count(c.concurrency_limit)}`,
      {bad: c.refused_for_concurrency > 0, share: c.highest_concurrency / c.concurrency_limit}),
    figure('Sub-concurrency', count(c.highest_sub_concurrency), `highest, of ${heavyLimit}`,
      {bad: c.refused_for_sub_concurrency > 0, share: c.highest_sub_concurrency / heavyLimit}),
  ];
}

function tags(state, show) {
  const groups = Object.entries(state.modules).map(([name, module]) => {
    const used = Object.entries(module.tags).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
    if (!used.length) return null;
    return h('div', {class: 'group', data: {module: name}}, h('h3', {}, name), used.slice(0, 30).map(([tag, n]) =>
      bar(tag, n, module.records, {color: module.tag_colors[tag], key: `tag-${name}-${tag}`, open: () => show({module: name, tag})})),
      used.length > 30 ? h('p', {class: 'soft'}, `and ${count(used.length - 30)} more`) : null);
  }).filter(Boolean);
  return groups.length ? h('div', {class: 'groups'}, groups) : h('p', {class: 'empty'}, 'No record has a tag yet.');
}

function stages(state, show) {
  const all = Object.entries(state.deals_by_stage).sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  if (!all.length) return h('p', {class: 'empty'}, 'No deals yet.');
  return all.map(([stage, n]) => bar(stage, n, state.modules.Deals.records,
    {key: `stage-${stage}`, open: () => show({module: 'Deals', field: 'Stage', value: stage})}));
}

function counters(c) {
  const row = (name, value, bad) => h('tr', {class: bad ? 'bad' : ''}, h('th', {scope: 'row'}, name), h('td', {class: 'num'}, count(value)));
  return [
    row('Credits left today', c.credits_limit - c.credits_24h, c.credits_limit <= c.credits_24h),
    row('Calls under way', c.calls_now),
    row('Refused: out of credits', c.refused_for_credits, c.refused_for_credits > 0),
    row('Refused: concurrency', c.refused_for_concurrency, c.refused_for_concurrency > 0),
    row('Refused: sub-concurrency', c.refused_for_sub_concurrency, c.refused_for_sub_concurrency > 0),
    row('Refused: token mints', c.refused_mints, c.refused_mints > 0),
    row('Unauthorized', c.unauthorized),
    row('Token mints', c.mints),
    row('Rows that fire workflows', c.rows_with_automation),
    row('Rows without automation', c.rows_silent),
    row('Calls with a fault', c.faults),
    h('tr', {class: 'divide'}, h('th', {scope: 'row'}, 'Calls by kind'), h('td', {class: 'num'}, '')),
    ...Object.entries(c.calls).map(([kind, n]) => row(kind, n)),
  ];
}

/** `show` opens a list of records: {module, tag, field, value, twins}. */
export function paintOverview(state, show) {
  const edition = state.edition[0].toUpperCase() + state.edition.slice(1);
  $('edition').textContent = `Simulated Zoho CRM, ${edition} edition`;
  paint($('figures'), figures(state, show));
  paint($('tags'), tags(state, show));
  paint($('stages'), stages(state, show));
  paint($('counters'), counters(state.counters));
}
