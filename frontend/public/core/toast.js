import { button, el } from './dom.js';
import { t } from './i18n.js';

/** In the open dialog, if there is one: everything outside of it is inert and behind it. */
function region() {
  const toasts = document.getElementById('toasts');
  const home = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
  if (toasts.parentNode !== home) home.append(toasts);
  return toasts;
}

/** A short message at the edge. `action` is `{label, run}`. Answers a function that takes it away. */
export function toast(text, { action, error = false, details = '', milliseconds = error ? 12_000 : 4000 } = {}) {
  const element = el('div', { className: `toast ${error ? 'bad' : ''}`, role: error ? 'alert' : 'status' },
    el('div', {}, el('p', {}, text), details && el('p', { className: 'facts' }, details)));
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

/** The words of an ApiError, with what an administrator needs to find it. */
export function errorToast(error) {
  const details = [error.status || null, error.code, error.requestId].filter(Boolean).join(' · ');
  // A TypeError is a module that could not be loaded.
  return toast(error.code === 'unreachable' || error instanceof TypeError ? t('unreachable') : error.message, { error: true, details });
}

const undoMilliseconds = 7000;

/**
 * Does something after a while in which it can be taken back. `commit({keepalive})` is the deed, also when the page is
 * left; `revert()` shows again what was hidden.
 */
export function undoable(text, commit, revert) {
  let open = true;
  const finish = (options) => {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    removeEventListener('pagehide', leave);
    Promise.resolve(commit(options)).catch((error) => { revert(); errorToast(error); });
  };
  const leave = () => finish({ keepalive: true });
  const timer = setTimeout(() => finish({}), undoMilliseconds);
  addEventListener('pagehide', leave);
  toast(text, { milliseconds: undoMilliseconds, action: { label: t('undo'), run: () => {
    open = false;
    clearTimeout(timer);
    removeEventListener('pagehide', leave);
    revert();
  } } });
}

/** Says once, to a screen reader, that a reply started, finished or failed. */
export function announce(what) {
  const region = document.getElementById('polite');
  if (region) region.textContent = t(`reply.${what}`);
}

/** Copies a text and says so. Plain HTTP has no clipboard API: there a selected text field does it. */
export async function copy(text) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    done = copySelected(text);
  }
  toast(t(done ? 'copied' : 'copy_failed'));
}

function copySelected(text) {
  const before = document.activeElement;
  const area = el('textarea', { value: text, readOnly: true, className: 'offscreen', 'aria-hidden': 'true' });
  // An open dialog makes everything outside of it inert.
  (before?.closest('dialog') ?? document.body).append(area);
  area.select();
  let done = false;
  try {
    done = document.execCommand('copy');
  } catch {
    done = false;
  }
  area.remove();
  before?.focus?.();
  return done;
}
