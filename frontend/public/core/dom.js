/** Makes an element: `el('p.quiet', {title: 'a'}, 'text')`. Props are properties or else attributes, and may be left out. Of children null and false are left out, texts stay texts. */
export function el(tag, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (classes.length > 0) element.className = classes.join(' ');
  const props = children[0]?.constructor === Object ? children.shift() : {};
  for (const [key, value] of Object.entries(props)) {
    if (value == null || value === false) continue;
    if (key in element && !/^(list|form)$|HTML|srcdoc/.test(key)) element[key] = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...present(children));
  return element;
}

export function fill(parent, ...children) {
  parent.replaceChildren(...present(children));
  return parent;
}

function present(children) {
  return children.flat(3).filter((child) => child != null && child !== false);
}

export function button(label, onclick, look = '', props = {}) {
  return el('button', { type: 'button', className: `button ${look}`, onclick, ...props }, label);
}

export function iconButton(name, label, onclick, props = {}) {
  return el('button', { type: 'button', className: 'button icon', 'aria-label': label, title: label, onclick, ...props }, icon(name));
}

export function link(href, props, ...children) {
  return el('a', { href, ...props }, ...children);
}

/** The head of a screen, with what opens the rail on a phone. */
export const head = (onMenu, ...children) => el('header.chat-head', iconButton('menu', t('open_menu'), onMenu, { className: 'button icon only-narrow' }), ...children);

/** Rows of `[key of the name, value]`; what has no value is left out. */
export const facts = (rows) => el('dl.facts-list', rows.filter(([, value]) => value).map(([key, value]) => [el('dt', t(key)), el('dd', value)]));

const space = 'http://www.w3.org/2000/svg';
/** A drawing of those in index.html. */
export function icon(name) {
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(space, 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.append(use);
  return svg;
}

let words = {};
let language = 'en';

export async function loadWords(code) {
  language = code;
  words = await (await fetch(`/i18n/${code}.json`)).json();
  if (typeof document !== 'undefined') document.documentElement.lang = code;
}

/** For tests. */
export function setWords(code, table) {
  language = code;
  words = table;
}

/** The text of a key with its `{name}`s replaced; `key.one` when `n` is 1. */
export function t(key, values = {}) {
  const text = (values.n === 1 && words[`${key}.one`]) || words[key] || key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? number(value) : value;
  });
}

export const has = (key) => key in words;

export const number = (value, options) => new Intl.NumberFormat(language, options).format(value);

/** The largest unit of which there are at least `least`. */
const unitOf = (seconds, least) => [[86_400, 'day'], [3600, 'hour'], [60, 'minute']].find(([size]) => seconds >= size * least) ?? [1, 'second'];

/** `0.4s`, `12s`, `3m`: of milliseconds. */
export function duration(milliseconds) {
  const seconds = Math.max(0, milliseconds / 1000);
  const [size, unit] = unitOf(seconds, 1.5);
  return number(seconds / size, { style: 'unit', unit, unitDisplay: 'narrow', maximumFractionDigits: seconds < 9.95 ? 1 : 0 });
}

/** Date and time of seconds since 1970, as all `_at` are. */
export const moment = (at) => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(at * 1000);

export const clock = (at) => new Intl.DateTimeFormat(language, { timeStyle: 'medium' }).format(at * 1000);

export function ago(at, now = Date.now() / 1000) {
  const [size, unit] = unitOf(Math.abs(at - now), 1);
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }).format(Math.round((at - now) / size), unit);
}

/** Makes visible what turns the reading direction or does not print. */
export function visible(text) {
  return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (char) => {
    const code = char.charCodeAt(0);
    return code < 32 ? String.fromCharCode(0x2400 + code) : code === 127 ? '␡' : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}
