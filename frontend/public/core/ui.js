import { button, el, iconButton, t } from './dom.js';

/** Answers `{element, close}`. The focus returns to where it was. */
export function dialog({ title, body, actions = [], className = '', onClose = () => {} }) {
  const before = document.activeElement;
  const close = () => element.close();
  const element = el('dialog', { className: `dialog ${className}`, 'aria-label': title },
    el('header', el('h2', title), iconButton('close', t('close'), close)),
    el('div.body', body), actions.length > 0 && el('footer', actions));
  element.addEventListener('close', () => {
    const toasts = element.querySelector('#toasts');
    if (toasts) document.body.append(toasts);
    element.remove();
    if (before?.isConnected) before.focus();
    onClose();
  });
  element.addEventListener('click', (event) => { if (event.target === element) close(); });
  document.body.append(element);
  element.showModal();
  return { element, close };
}

/** Answers true or false. */
export function confirm({ title, text, action, danger = true }) {
  return new Promise((resolve) => {
    let answer = false;
    const yes = button(action, () => { answer = true; opened.close(); }, danger ? 'danger' : 'primary', { autofocus: true });
    const opened = dialog({
      title, body: (Array.isArray(text) ? text : [text]).map((line) => el('p', line)),
      actions: [button(t('cancel'), () => opened.close()), yes], onClose: () => resolve(answer),
    });
  });
}

export function closeDialogs() {
  for (const open of document.querySelectorAll('dialog[open]')) open.close();
}

/** `items` are `{label, run, danger?, apart?}`. */
export function menu(anchor, items) {
  const list = el('div.menu', { role: 'menu' });
  const close = () => {
    list.remove();
    document.removeEventListener('pointerdown', outside, true);
    if (anchor.isConnected) anchor.focus();
  };
  const outside = (event) => { if (!list.contains(event.target)) close(); };
  list.append(...items.filter(Boolean).map((item) => el('button', {
    type: 'button', role: 'menuitem', className: `${item.danger ? 'danger' : ''} ${item.apart ? 'apart' : ''}`, onclick: () => { close(); item.run(); },
  }, item.label)));
  list.addEventListener('keydown', (event) => {
    const all = [...list.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (step) all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const { bottom, left, right, top } = anchor.getBoundingClientRect();
  document.body.append(list);
  const { offsetHeight: height, offsetWidth: width } = list;
  list.style.left = `${Math.max(8, Math.min(left < innerWidth / 2 ? left : right - width, innerWidth - width - 8))}px`;
  list.style.top = `${bottom + height + 8 < innerHeight ? bottom + 4 : Math.max(8, top - height - 4)}px`;
  document.addEventListener('pointerdown', outside, true);
  list.firstElementChild?.focus();
}

/** Within the open dialog: what is outside of it is inert. */
function region() {
  const toasts = document.getElementById('toasts');
  const home = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
  if (toasts.parentNode !== home) home.append(toasts);
  return toasts;
}

/** `action` is `{label, run}`. Answers what takes it away. */
export function toast(text, { action, error = false, details = '', milliseconds = error ? 12_000 : 4000 } = {}) {
  const element = el('div', { className: `toast ${error ? 'bad' : ''}`, role: error ? 'alert' : 'status' },
    el('div', el('p', text), details && el('p.facts', details)));
  const timer = setTimeout(() => element.remove(), milliseconds);
  const close = () => {
    clearTimeout(timer);
    element.remove();
  };
  if (action) element.append(button(action.label, () => { close(); action.run(); }, 'quiet'));
  if (error) element.append(button(t('close'), close, 'quiet'));
  region().append(element);
  return close;
}

export function errorToast(error) {
  const details = [error.status || null, error.code, error.request_id].filter(Boolean).join(' · ');
  // A TypeError is a module that could not be loaded.
  return toast(error instanceof TypeError ? t('unreachable') : error.message, { error: true, details });
}

const undoMilliseconds = 7000;

/** Does `commit({keepalive})` after a while, or when the page is left; until then `revert()` takes it back. */
export function undoable(text, commit, revert) {
  let open = true;
  const once = (act) => (options) => {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    removeEventListener('pagehide', leave);
    act(options);
  };
  const finish = once((options) => Promise.resolve(commit(options)).catch((error) => { revert(); errorToast(error); }));
  const leave = () => finish({ keepalive: true });
  const timer = setTimeout(finish, undoMilliseconds);
  addEventListener('pagehide', leave);
  toast(text, { milliseconds: undoMilliseconds, action: { label: t('undo'), run: once(() => revert()) } });
}

/** To a screen reader: a reply `started`, `finished` or `failed`. */
export function announce(what) {
  const region = document.getElementById('polite');
  if (region) region.textContent = t(`reply.${what}`);
}

/** Plain HTTP has no clipboard API: there a selected field does it. */
export async function copy(text) {
  const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  toast(t(done || copySelected(text) ? 'copied' : 'copy_failed'));
}

function copySelected(text) {
  const before = document.activeElement;
  const area = el('textarea', { value: text, readOnly: true, className: 'offscreen', 'aria-hidden': 'true' });
  (before?.closest('dialog') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  before?.focus?.();
  return done;
}
