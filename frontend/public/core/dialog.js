import { button, el, iconButton } from './dom.js';
import { t } from './i18n.js';

/**
 * Opens a dialog. `actions` are buttons; Escape and the cross close it. Answers `{element, close}`; the focus returns to
 * where it was.
 */
export function dialog({ title, body, actions = [], className = '', onClose = () => {} }) {
  const before = document.activeElement;
  const close = () => element.close();
  const element = el('dialog', { className: `dialog ${className}`, 'aria-label': title },
    el('header', {}, el('h2', {}, title), iconButton('close', t('close'), close)),
    el('div', { className: 'body' }, body), actions.length > 0 && el('footer', {}, actions));
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

/** Asks; answers true or false. */
export function confirm({ title, text, action, danger = true }) {
  return new Promise((resolve) => {
    let answer = false;
    const yes = button(action, () => { answer = true; opened.close(); }, danger ? 'danger' : 'primary', { autofocus: true });
    const opened = dialog({
      title, body: (Array.isArray(text) ? text : [text]).map((line) => el('p', {}, line)),
      actions: [button(t('cancel'), () => opened.close()), yes], onClose: () => resolve(answer),
    });
  });
}

/** Closes what is open, such as when the session ended. */
export function closeDialogs() {
  for (const open of document.querySelectorAll('dialog[open]')) open.close();
}

/** A small menu under a button; `items` are `{label, run, danger?, apart?}`; `apart` begins another part of it. */
export function menu(anchor, items) {
  const list = el('div', { className: 'menu', role: 'menu' });
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
