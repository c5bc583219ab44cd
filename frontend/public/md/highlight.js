import { el } from '../core/dom.js';
import { visible } from './safe.js';

/** Longer code stays uncoloured. */
const longest = 30_000;
const names = { js: 'javascript', mjs: 'javascript', jsx: 'javascript', ts: 'typescript', py: 'python', sh: 'bash', shell: 'bash', zsh: 'bash', console: 'bash', yml: 'yaml', html: 'markup', xml: 'markup', svg: 'markup', patch: 'diff' };
/** Each with what it needs before it. */
const needs = { markup: [], clike: [], javascript: ['clike'], typescript: ['clike', 'javascript'], python: [], bash: [], json: [], yaml: [], diff: [] };
const loads = new Map();

/** Colours `code`, when the language is known, at a moment when nothing else is to do. */
export async function highlight(code, text, language) {
  const name = names[language] ?? language;
  if (!needs[name] || text.length > longest) return;
  try {
    globalThis.Prism ??= { manual: true };
    for (const part of ['core', ...needs[name], name]) await load(part);
  } catch {
    return;
  }
  (globalThis.requestIdleCallback ?? setTimeout)(() => {
    if (!code.isConnected) return;
    code.replaceChildren(...nodes(globalThis.Prism.tokenize(text, globalThis.Prism.languages[name])));
  });
}

/** Classic scripts: they need their order, and one is loaded once. */
function load(part) {
  if (!loads.has(part)) {
    loads.set(part, new Promise((resolve, reject) => {
      document.head.append(el('script', { src: `/vendor/prism/prism-${part}.min.js`, async: false, onload: resolve, onerror: reject }));
    }));
  }
  return loads.get(part);
}

/** Prism's tokens as elements; texts stay texts. */
function nodes(tokens) {
  return [tokens].flat().map((token) => (typeof token === 'string' ? document.createTextNode(visible(token))
    : el('span', { className: `token ${token.type}` }, nodes(token.content))));
}
