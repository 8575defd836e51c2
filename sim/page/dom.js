// Elements from data. Text from records only ever becomes text nodes and properties, never markup.

export const $ = id => document.getElementById(id);
export const count = n => Number(n).toLocaleString('en');

/** h('td', {class: 'num', on: {click: act}}, 'text', otherNode, …); null and false children are left out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else if (name === 'css') for (const [key, text] of Object.entries(value)) node.style.setProperty(key, text);
    else if (name === 'data') Object.assign(node.dataset, value);
    else if (name in node && typeof value !== 'string') node[name] = value;
    else node.setAttribute(name === 'class' ? 'class' : name, value);
  }
  node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return node;
}

/** Replaces what a container holds; the focus stays on what has the same data-key, so that a refresh takes nobody's place. */
export function paint(container, ...children) {
  const active = document.activeElement;
  const key = container.contains(active) ? active.dataset.key : undefined;
  container.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (key) [...container.querySelectorAll('[data-key]')].find(node => node.dataset.key === key)?.focus();
}

let noticeTimer;
/** A word in the corner, read out by screen readers. */
export function notify(text, bad = false) {
  const notice = $('notice');
  paint(notice, h('p', {class: bad ? 'bad' : 'good'}, text));
  // Shown anew each time: what was shown last lies on top, also over an open dialog.
  if (notice.matches(':popover-open')) notice.hidePopover();
  notice.showPopover();
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => notice.hidePopover(), bad ? 12000 : 4000);
}

/** Asks before something that cannot be taken back; true when told to go on. */
export function confirmed(title, text, verb) {
  const dialog = $('ask-dialog');
  return new Promise(resolve => {
    let yes = false;
    const cancel = h('button', {type: 'button', on: {click: () => dialog.close()}}, 'Cancel');
    paint(dialog, h('h2', {id: 'ask-title'}, title), h('p', {}, text),
      h('div', {class: 'dialog-foot'}, h('span', {class: 'grow'}), cancel,
        h('button', {type: 'button', class: 'danger solid', on: {click: () => { yes = true; dialog.close(); }}}, verb)));
    dialog.addEventListener('close', () => resolve(yes), {once: true});
    dialog.showModal();
    cancel.focus();
  });
}

/** JSON with line breaks. Goes over the text itself: parsing it would turn 12999.50 into 12999.5. */
export function pretty(json) {
  let out = '', depth = 0;
  const tokens = json.match(/"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  const line = () => '\n' + '  '.repeat(Math.max(0, depth));
  tokens.forEach((token, i) => {
    if (token === '{' || token === '[') {
      const empty = tokens[i + 1] === '}' || tokens[i + 1] === ']';
      depth += 1;
      out += token + (empty ? '' : line());
    } else if (token === '}' || token === ']') {
      depth -= 1;
      out += (tokens[i - 1] === '{' || tokens[i - 1] === '[' ? '' : line()) + token;
    } else if (token === ',') out += token + line();
    else if (token === ':') out += ': ';
    else out += token;
  });
  return out;
}

/** Calls `act` once the typing has stopped. */
export function afterTyping(act, pause = 250) {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(act, pause); };
}
