import { el } from '../core/dom.js';
import { t } from '../core/i18n.js';
import { read } from '../core/prefs.js';

export function page() {
  const control = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';
  const send = read('sendKey') === 'ctrl-enter' ? [control, 'Enter'] : ['Enter'];
  const rows = [['keys.search', control, 'K'], ['keys.new', control, 'Shift', 'O'], ['keys.send', ...send], ['keys.line', ...(send.length > 1 ? ['Enter'] : ['Shift', 'Enter'])],
    ['keys.stop', 'Esc'], ['keys.edit', '↑'], ['keys.menu', '↑', '↓']];
  return el('div', { className: 'panel' }, rows.map(([key, ...keys]) => el('div', { className: 'setting' }, el('span', {}, t(key)),
    el('span', { className: 'row' }, keys.map((name) => el('kbd', {}, name))))));
}
