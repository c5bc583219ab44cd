let words = {};
let language = 'en';

/** Loads a language: `en` or `zh`. */
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

/** The text of a key, with `{name}` replaced. `n` chooses between `key` and `key.one`. A missing key shows itself. */
export function t(key, values = {}) {
  const text = (values.n === 1 && words[`${key}.one`]) || words[key] || key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? number(value) : value;
  });
}

/** Whether there is a text for this key. */
export const has = (key) => key in words;

export const number = (value, options) => new Intl.NumberFormat(language, options).format(value);

/** `0.4s`, `12s`, `3m`, `2h`, of milliseconds. */
export function duration(milliseconds) {
  const seconds = Math.max(0, milliseconds / 1000);
  const [value, unit, digits] = seconds < 9.95 ? [seconds, 'second', 1] : seconds < 90 ? [Math.round(seconds), 'second', 0]
    : seconds < 5400 ? [Math.round(seconds / 60), 'minute', 0] : seconds < 129_600 ? [Math.round(seconds / 3600), 'hour', 0] : [Math.round(seconds / 86_400), 'day', 0];
  return number(value, { style: 'unit', unit, unitDisplay: 'narrow', maximumFractionDigits: digits });
}

/** Date and time of whole seconds since 1970. */
export const moment = (at) => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(at * 1000);

export const clock = (at) => new Intl.DateTimeFormat(language, { timeStyle: 'medium' }).format(at * 1000);

/** `3 min ago`, `yesterday`, of whole seconds since 1970. */
export function ago(at, now = Date.now() / 1000) {
  const seconds = at - now;
  const [value, unit] = Math.abs(seconds) < 60 ? [Math.round(seconds), 'second'] : Math.abs(seconds) < 3600 ? [Math.round(seconds / 60), 'minute']
    : Math.abs(seconds) < 86_400 ? [Math.round(seconds / 3600), 'hour'] : [Math.round(seconds / 86_400), 'day'];
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }).format(value, unit);
}
