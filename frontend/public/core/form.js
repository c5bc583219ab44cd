import { confirm, dialog } from './dialog.js';
import { button, el } from './dom.js';
import { t } from './i18n.js';
import { errorToast, toast } from './toast.js';

/** Does something and says what `act` answers, or why it failed; answers whether it worked. */
export async function attempt(act) {
  try {
    const text = await act();
    if (text) toast(text);
    return true;
  } catch (error) {
    errorToast(error);
    return false;
  }
}

/** As `attempt`, once a question was answered with yes. */
export async function attemptSure(question, act) {
  return await confirm(question) && attempt(act);
}

/** A form in a dialog, closed when `act` answers true. The first field has the focus. */
export function ask({ title, fields, label, look = 'primary', act }) {
  const done = async () => { if (await act()) opened.close(); };
  const opened = dialog({
    title, body: el('form', { className: 'form', onsubmit: (event) => { event.preventDefault(); done(); } }, fields, el('button', { type: 'submit', hidden: true })),
    actions: [button(t('cancel'), () => opened.close()), button(label, done, look)],
  });
  opened.element.querySelector('input')?.focus();
}

/** A label over something to fill in. */
export const field = (label, input) => el('label', { className: 'field' }, label, input);

/** A choice; `options` are `[value, label]`. */
export function select(options, value, onchange, props = {}) {
  const element = el('select', { onchange: () => onchange?.(element.value), ...props }, options.map(([key, label]) => el('option', { value: key }, label)));
  element.value = String(value);
  return element;
}

/** A choice of days until something expires, 0 is never; see `expiresAt`. */
export const expiryChoice = (days, value) => select([0, ...days].map((n) => [n, n === 0 ? t('never') : t('days', { n })]), value);

/** `{expires_at}` in whole seconds since 1970, or nothing for never. */
export const expiresAt = (choice) => (Number(choice.value) > 0 ? { expires_at: Math.floor(Date.now() / 1000) + Number(choice.value) * 86_400 } : {});

/** A row: its name, what it does, and the control. */
export const setting = (key, control) => el('div', { className: 'setting' }, el('div', {}, el('h3', {}, t(key)), el('p', {}, t(`${key}_about`))), control);
