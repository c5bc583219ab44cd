import { el } from '../core/dom.js';
import { visible } from './safe.js';

let languages = null;

/** The tokens of a language: languages.json holds patterns by family, `{name}` being one of its parts. All are linear. */
async function patternOf(language) {
  languages ??= fetch('/md/languages.json').then((answer) => answer.json());
  const { parts, families } = await languages;
  const family = Object.values(families).find((one) => one.languages.split(' ').includes(language));
  if (!family) return null;
  const kinds = Object.entries(family.kinds).map(([kind, pattern]) => `(?<${kind}>${pattern.replace(/\{(\w+)\}/g, (_, name) => parts[name])})`);
  return (family.pattern ??= new RegExp(kinds.join('|'), family.flags ?? 'gim'));
}

/** The code as `[kind, text]`, kind '' for nothing in particular; null when the language is not known. */
export async function tokens(text, language) {
  const pattern = text.length > 50_000 ? null : await patternOf(language);
  if (!pattern) return null;
  const found = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue;
    found.push(['', text.slice(at, match.index)], [Object.keys(match.groups).find((kind) => match.groups[kind] !== undefined), match[0]]);
    at = match.index + match[0].length;
  }
  return [...found, ['', text.slice(at)]].filter(([, part]) => part);
}

/** Colours `code` when nothing else is to do. Without patterns it stays as it is. */
export function highlight(code, text, language) {
  (globalThis.requestIdleCallback ?? setTimeout)(async () => {
    const found = code.isConnected && await tokens(text, language).catch(() => { languages = null; });
    if (found) code.replaceChildren(...found.map(([kind, part]) => (kind ? el('span', { className: `token ${kind}` }, visible(part)) : document.createTextNode(visible(part)))));
  });
}
