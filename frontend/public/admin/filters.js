import { el } from '../core/dom.js';
import { navigate } from '../core/router.js';

/** What is asked for, kept in the address: reloads and links show the same. */
export function filters(names) {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(names.map((name) => [name, query.get(name) ?? '']));
}

/** A field that changes one filter: words, or a choice of `options` (`[value, label]`). */
export function filterInput(name, label, value, options) {
  const change = (next) => {
    const query = new URLSearchParams(location.search);
    query.delete('before');
    if (next) query.set(name, next);
    else query.delete(name);
    navigate(`${location.pathname}${query.size ? `?${query}` : ''}`, { replace: true });
  };
  if (!options) return el('input', { type: 'search', placeholder: label, 'aria-label': label, value, onchange: (event) => change(event.target.value.trim()) });
  const element = el('select', { 'aria-label': label, onchange: () => change(element.value) }, el('option', { value: '' }, label), options.map(([key, text]) => el('option', { value: key }, text)));
  element.value = value;
  return element;
}
