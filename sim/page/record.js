// One record: what stands in it, and what a person may do to it.
import {act, ask} from './api.js';
import {$, confirmed, h, notify, paint} from './dom.js';

const numeric = ['integer', 'currency', 'decimal', 'percent'];
const holds = [['', 'free'], ['lock', 'locked'], ['blueprint', 'in a blueprint'], ['approval', 'in approval']];
const dialog = $('record-dialog');
let changed = () => {};

export function startRecord(refresh) { changed = refresh; }

const holdOf = record => record.$locked_for_me ? 'lock' : record.$approval_state === 'pending' ? 'approval' : record.$editable ? '' : 'blueprint';

/** A value as the text of its input. */
function textOf(field, value) {
  if (value === null || value === undefined) return '';
  if (field.type === 'lookup') return value.id ?? '';
  if (field.type === 'ownerlookup') return value.name ?? '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** The text of an input as the value that the API takes. */
function valueOf(field, text) {
  if (text === '') return null;
  if (field.type === 'boolean') return text === 'true';
  if (field.type === 'lookup') return {id: text.trim()};
  if (field.type === 'multiselectpicklist') return text.split(',').map(one => one.trim()).filter(Boolean);
  if (numeric.includes(field.type) && !Number.isNaN(Number(text))) return Number(text);
  return text;
}

function inputFor(field, text) {
  const props = {id: `field-${field.api_name}`, name: field.api_name, disabled: field.read_only};
  const choices = field.type === 'boolean' ? ['true', 'false'] : field.type === 'picklist' ? field.picks.filter(pick => pick !== '-None-') : null;
  if (choices && !field.read_only) {
    // What an org holds need not be among what its list offers today.
    const all = text && !choices.includes(text) ? [text, ...choices] : choices;
    return h('select', props, ['', ...all].map(one => h('option', {value: one, selected: one === text}, one || '–')));
  }
  if (field.type === 'textarea') return h('textarea', {...props, rows: 3}, text);
  const type = field.type === 'date' ? 'date' : 'text';
  return h('input', {...props, type, value: text, autocomplete: 'off', spellcheck: false, inputMode: numeric.includes(field.type) ? 'decimal' : undefined});
}

function fieldRow(field, record) {
  const value = record?.[field.api_name];
  const hint = [field.type === 'lookup' && `id of a record of ${field.lookup}${value?.name ? ` (now ${value.name})` : ''}`,
    field.unique && 'unique'].filter(Boolean).join(', ');
  return h('div', {class: 'field'}, h('label', {for: `field-${field.api_name}`}, field.label, field.mandatory ? h('abbr', {title: 'mandatory'}, ' *') : null),
    inputFor(field, textOf(field, value)), hint ? h('small', {}, hint) : null);
}

/** The values that differ from what the record held. */
function edits(form, fields, record) {
  const out = {};
  for (const field of fields) {
    const input = form.elements[field.api_name];
    if (!input || field.read_only) continue;
    if (input.value !== textOf(field, record?.[field.api_name])) out[field.api_name] = valueOf(field, input.value);
  }
  return out;
}

function tagEditor(names) {
  const list = h('div', {class: 'chips'});
  const draw = () => paint(list, names.map(name => h('span', {class: 'chip'}, name,
    h('button', {type: 'button', class: 'x', 'aria-label': `Remove the tag ${name}`, on: {click: () => { names.splice(names.indexOf(name), 1); draw(); input.focus(); }}}, '×'))));
  const add = () => {
    const name = input.value.trim();
    if (name && !names.some(known => known.toLowerCase() === name.toLowerCase())) names.push(name);
    input.value = '';
    draw();
  };
  const input = h('input', {type: 'text', 'aria-label': 'Add a tag', placeholder: 'Add a tag, Enter', maxLength: 25,
    on: {keydown: event => { if (event.key === 'Enter') { event.preventDefault(); add(); } }}});
  draw();
  return {node: h('div', {class: 'tag-editor'}, list, input), finish: () => { if (input.value.trim()) add(); return names; }};
}

function fieldGroups(fields, record) {
  const shown = fields.filter(field => !['Tag', 'id', 'Full_Name'].includes(field.api_name));
  // What can be changed comes first.
  const filled = shown.filter(field => field.mandatory || textOf(field, record?.[field.api_name]) !== '').sort((a, b) => a.read_only - b.read_only);
  const empty = shown.filter(field => !filled.includes(field) && !field.read_only);
  return [h('div', {class: 'fields'}, filled.map(field => fieldRow(field, record))),
    empty.length ? h('details', {class: 'more-fields', open: !record}, h('summary', {}, `${empty.length} empty fields`), h('div', {class: 'fields'}, empty.map(field => fieldRow(field, record)))) : null];
}

function showError(form, error) {
  form.querySelectorAll('.wrong').forEach(node => node.classList.remove('wrong'));
  const input = error.field && form.elements[error.field];
  if (input) {
    input.classList.add('wrong');
    input.closest('details')?.setAttribute('open', '');
    input.focus();
  }
  paint(form.querySelector('.form-error'), h('p', {class: 'bad'}, error.message));
}

const titleOf = (module, record) => record.Full_Name ?? record.Deal_Name ?? record.Subject ?? record.Product_Name ?? (module === 'Accounts' ? record.Account_Name : null) ?? record.id;

function frame(title, subtitle, content, save, more = []) {
  const form = h('form', {class: 'record-form', noValidate: true, on: {submit: async event => {
    event.preventDefault();
    try {
      const word = await save(form);
      dialog.close();
      notify(word);
      changed();
    } catch (error) {
      showError(form, error);
    }
  }}},
  h('div', {class: 'dialog-head'}, h('div', {}, h('h2', {id: 'record-title'}, title), h('p', {class: 'soft'}, subtitle)),
    h('button', {type: 'button', class: 'x big', 'aria-label': 'Close', on: {click: () => dialog.close()}}, '×')),
  h('div', {class: 'dialog-body'}, content, h('div', {class: 'form-error', role: 'alert'})),
  h('div', {class: 'dialog-foot'}, more, h('span', {class: 'grow'}), h('button', {type: 'button', on: {click: () => dialog.close()}}, 'Cancel'), h('button', {type: 'submit', class: 'solid'}, 'Save')));
  paint(dialog, form);
  dialog.showModal();
  return form;
}

/** Who stands beside a deal; a choice is a person's and counts at once. */
function roleRows(deal, {roles, known}) {
  if (roles.length === 0) return null;
  const row = one => {
    const choose = h('select', {id: `role-${one.contact}`, on: {change: async event => {
      try {
        await act('roles', {deal, contact: one.contact, role: event.target.value || null});
        notify('Changed, in the name of a person');
      } catch (error) {
        notify(error.message, true);
      }
    }}}, ['', ...known].map(name => h('option', {value: name, selected: name === (one.role ?? '')}, name || 'no role')));
    return h('div', {class: 'field'}, h('label', {for: `role-${one.contact}`}, one.name), choose, h('small', {}, one.by_person ? 'set by a person' : 'set by a client'));
  };
  return h('details', {class: 'contact-roles', open: true}, h('summary', {}, `Contact roles (${roles.length})`), h('div', {class: 'fields'}, roles.map(row)));
}

export async function openRecord(module, id) {
  const [{fields}, {records}, roles] = await Promise.all([ask('fields', {module}), ask('records', {module, id}), module === 'Deals' ? ask('roles', {deal: id}).catch(() => null) : null]);
  const record = records[0];
  if (!record) {
    notify('This record is not there any more.', true);
    changed();
    return;
  }
  const before = record.Tag.map(tag => tag.name);
  const tags = tagEditor([...before]);
  const held = holdOf(record);
  const hold = h('select', {id: 'hold', name: '$hold'}, holds.map(([value, label]) => h('option', {value, selected: value === held}, label)));
  const subtitle = `${module} · ${id} · changed ${record.Modified_Time.slice(0, 19).replace('T', ' ')} by ${record.Modified_By?.name ?? 'nobody'}`;
  const content = [h('div', {class: 'field wide'}, h('span', {class: 'label'}, 'Tags'), tags.node),
    h('div', {class: 'field'}, h('label', {for: 'hold'}, 'Writes by clients are'), hold, h('small', {}, 'anything but free makes Zoho refuse them')), roles ? roleRows(id, roles) : null, fieldGroups(fields, record)];
  const save = async form => {
    const body = {};
    const values = edits(form, fields, record);
    if (Object.keys(values).length) body.fields = values;
    const after = tags.finish();
    if (JSON.stringify(after) !== JSON.stringify(before)) body.tags = after;
    if (hold.value !== held) Object.assign(body, held ? {[held]: false} : {}, hold.value ? {[hold.value]: true} : {});
    if (Object.keys(body).length === 0) return 'Nothing was changed';
    await act(`records/${module}/${id}`, body);
    return 'Saved, in the name of a person';
  };
  const remove = h('button', {type: 'button', class: 'danger', on: {click: async () => {
    if (!await confirmed(`Delete ${titleOf(module, record)}?`, 'It goes to the recycle bin, as if a person had deleted it in the CRM.', 'Delete')) return;
    try {
      await act(`records/${module}/${id}`, {delete: true});
      dialog.close();
      notify('Deleted');
      changed();
    } catch (error) {
      notify(error.message, true);
    }
  }}}, 'Delete…');
  frame(titleOf(module, record), subtitle, content, save, [remove]);
}

export async function openNewRecord(module) {
  const {fields} = await ask('fields', {module});
  const tags = tagEditor([]);
  const content = [fieldGroups(fields, null), h('div', {class: 'field wide'}, h('span', {class: 'label'}, 'Tags'), tags.node)];
  frame('New record', `${module}, in the name of a person`, content, async form => {
    await act(`records/${module}`, {fields: edits(form, fields, null), tags: tags.finish()});
    return 'Made';
  });
}
