import { el } from './dom.js';
import { t } from './i18n.js';
import { toast } from './toast.js';

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
