import { copy } from '../core/clipboard.js';
import { button, el, icon } from '../core/dom.js';
import { t } from '../core/i18n.js';
import { visible } from './safe.js';

/**
 * A block of code under its language, with buttons. `grow(props)` adds to it while it is written and answers whether it
 * could; `finish()` colours it.
 */
export function codeBlock({ language, text }) {
  const code = el('code', {}, visible(text));
  const pre = el('pre', { tabIndex: 0, dir: 'ltr', 'aria-label': t('code', { language }) }, code);
  const wrap = button([icon('wrap'), t('wrap')], () => {
    wrap.setAttribute('aria-pressed', String(pre.classList.toggle('wrapped')));
  }, 'tiny', { 'aria-pressed': 'false' });
  const element = el('div', { className: 'code' },
    el('div', { className: 'code-head' }, el('span', {}, language || t('text')), wrap, button([icon('copy'), t('copy')], () => copy(text), 'tiny')), pre);
  let isColoured = false;
  element.grow = (props) => {
    if (isColoured || props.language !== language || !props.text.startsWith(text)) return false;
    if (props.text.length > text.length) code.append(visible(props.text.slice(text.length)));
    text = props.text;
    return true;
  };
  element.finish = () => {
    if (isColoured) return;
    isColoured = true;
    if (language) import('./highlight.js').then(({ highlight }) => highlight(code, text, language)).catch(() => {});
  };
  return element;
}
