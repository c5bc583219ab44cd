import { el } from '../core/dom.js';
import { visible } from './safe.js';

/** Longer code stays uncoloured. */
const longest = 50_000;
const quoted = String.raw`"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n]){0,200}'`;
const block = String.raw`\/\*[^]*?(?:\*\/|$)`;
const hash = String.raw`(?<!\S)#[^\n]*`;
const call = String.raw`(?<![\w$])[a-z_$][\w$]*(?=\()`;
const number = String.raw`\b(?:0x[\da-f_]+|\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)\b`;
const words = (list) => `\\b(?:${list.replaceAll(' ', '|')})\\b`;

/**
 * Families of languages: what each kind of token looks like. Of two that begin at the same place the first wins. Each is
 * linear for any text: an agent may have written it.
 */
const families = {
  curly: {
    comment: String.raw`\/\/[^\n]*|${block}`, string: `${quoted}|\`(?:\\\\[^]|[^\`\\\\])*\`?`,
    keyword: words('abstract as async await bool boolean break case catch char class const continue default defer delete do double else enum export extends extern false final finally float fn for from func function guard if impl implements import in int interface let long match mut namespace new nil null package private protected pub public return self static string struct super switch this throw throws trait true try type typeof undefined unsafe use var void where while yield'),
    function: call, number,
  },
  script: {
    string: String.raw`"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|${quoted}`, comment: hash, property: String.raw`\$\w+|\$\{[^}\n]*\}?|(?<!\S)@\w+`,
    keyword: words('and as assert async await begin break case class continue def del do done elif else elsif end esac except export False fi finally for from function global if import in is lambda local module nil None not or pass raise rescue return self source sudo then True try unless until while with yield cd echo'),
    function: call, number,
  },
  yaml: { comment: hash, property: String.raw`^[ \t]*(?:- +)*[\w."'\/-]+(?=:(?:\s|$))`, string: quoted, keyword: words('true false null yes no on off'), number },
  toml: { comment: String.raw`(?<!\S)[#;][^\n]*`, keyword: String.raw`^[ \t]*\[[^\]\n]*\]+|\b(?:true|false)\b`, property: String.raw`^[ \t]*[\w.-]+(?=[ \t]*=)`, string: quoted, number },
  json: { property: String.raw`"(?:\\.|[^"\\\n])*"(?=\s*:)`, string: quoted, comment: String.raw`\/\/[^\n]*`, keyword: words('true false null'), number },
  markup: { comment: String.raw`<!--[^]*?(?:-->|$)|<!\w[^<>]*>?`, tag: String.raw`<\/?[\w:-]+|\/?>`, property: String.raw`(?<![\w:-])[\w:-]+(?==["'])`, string: quoted },
  css: { comment: block, string: quoted, keyword: String.raw`@[\w-]+|!important`, property: String.raw`(?<![\w-])[\w-]+(?=\s*:)`, number: String.raw`#[\da-f]{3,8}\b|\b\d*\.?\d+(?:%|[a-z]+)?` },
  sql: { comment: String.raw`--[^\n]*|${block}`, string: quoted, keyword: words('add all alter and as asc begin between by case commit create default delete desc distinct drop else end exists foreign from group having if in index inner insert into is join key left like limit not null offset on or order outer primary references right rollback select set table then union unique update values view when where with'), function: call, number },
  diff: { keyword: String.raw`^@@[^\n]*|^(?:diff|index|---|\+\+\+) [^\n]*`, inserted: String.raw`^\+[^\n]*`, deleted: String.raw`^-[^\n]*` },
};
const members = {
  curly: 'js mjs cjs jsx javascript ts tsx typescript java c h cpp c++ cs csharp go golang rust rs swift kotlin kt scala php dart zig',
  script: 'python py bash sh shell zsh console ruby rb perl r make makefile dockerfile elixir nix',
  yaml: 'yaml yml', toml: 'toml ini conf', json: 'json jsonc json5', markup: 'html xml svg vue', css: 'css scss less', sql: 'sql sqlite postgresql mysql', diff: 'diff patch',
};
const patterns = new Map();

function patternOf(language) {
  const family = Object.keys(members).find((name) => members[name].split(' ').includes(language));
  if (family && !patterns.has(family)) {
    const source = Object.entries(families[family]).map(([kind, pattern]) => `(?<${kind}>${pattern})`).join('|');
    patterns.set(family, new RegExp(source, family === 'script' ? 'gm' : 'gim'));
  }
  return patterns.get(family);
}

/** The code as `[kind, text]`, kind '' for what is nothing in particular; null when the language is not known. */
export function tokens(text, language) {
  const pattern = patternOf(language);
  if (!pattern || text.length > longest) return null;
  const found = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue;
    if (match.index > at) found.push(['', text.slice(at, match.index)]);
    found.push([Object.keys(match.groups).find((kind) => match.groups[kind] !== undefined), match[0]]);
    at = match.index + match[0].length;
  }
  return at < text.length ? [...found, ['', text.slice(at)]] : found;
}

/** Colours `code` at a moment when nothing else is to do. */
export function highlight(code, text, language) {
  (globalThis.requestIdleCallback ?? setTimeout)(() => {
    const found = code.isConnected && tokens(text, language);
    if (found) code.replaceChildren(...found.map(([kind, part]) => (kind ? el('span', { className: `token ${kind}` }, visible(part)) : document.createTextNode(visible(part)))));
  });
}
