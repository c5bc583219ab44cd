import { visible } from '../core/dom.js';

/** So many brackets and delimiters wait for their end; older ones are text. */
const mostOpen = 32;

const entity = String.raw`&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,6});`;
const escape = String.raw`\\[!-\/:-@[-\x60{-~]`;
const email = String.raw`[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{0,62}[a-z\d])+`;
const title = String.raw`(?:"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|\((?:\\[^]|[^()\\])*\))`;
const angled = String.raw`<((?:\\.|[^<>\\\n])*)>`;
const label = String.raw`\[(?!\^)((?:\\[^]|[^[\]\\]){0,999})\]`;
const piece = String.raw`(?:\\.|[^\s()\\])`;
const pieces = String.raw`(?:${piece}|\((?:${piece}|\(${piece}*\))*\))+`;
const bare = String.raw`[^\s<()[\]\u3000-\u303f\uff00-\uffef]`;

/** All that is not plain text. None reads the same text from many places. */
const special = new RegExp([
  escape, String.raw`\x60+|\*{1,20}|_{1,20}|(?<!~)~~?(?!~)|!?\[|\]|\\\n|(?<! ) *\n`, entity,
  String.raw`<(?:[a-z][a-z\d+.-]+:[^\s<>]*|${email})>`,
  String.raw`<[a-z][a-z\d-]*(?:\s+[a-z_:][\w.:-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>\x60]+))?)*\s*\/?>|<\/[a-z][a-z\d-]*\s*>`,
  String.raw`(?<![a-z\d])(?:https?:\/\/|www\.)[a-z\d](?:${bare}|\(${bare}*\)|\[${bare}*\])*(?<![?!.,:;*_~'"])`,
  String.raw`(?<![\w.+-])${email}(?![\w-])`,
].join('|'), 'gi');
const definition = new RegExp(String.raw`${label}:[ \t]*\n?(?:${angled}|([^\s<]\S*))(?:(?:[ \t]+\n?|\n)${title})?[ \t]*(?:\n|$)`, 'y');
const target = new RegExp(String.raw`\((?:\s*(?:${angled}|(?!<)(${pieces}))(?:\s+${title})?)?\s*\)`, 'y');
const reference = new RegExp(label, 'y');
const codes = new RegExp(`${escape}|${entity}`, 'gi');

const names = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', copy: '©', hellip: '…', mdash: '—', ndash: '–' };

function character(code) {
  if (code[0] === '\\') return code[1];
  if (code[1] !== '#') return names[code.slice(1, -1)] ?? code;
  const point = Number(code.slice(2, -1).replace(/^x/i, '0x'));
  return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
}

/** Without escapes and entities. */
export const plain = (text) => text.replace(codes, character);

function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const keyOf = (name) => name.trim().replace(/\s+/g, ' ').toLowerCase().toUpperCase();

/** Takes definitions at the beginning of a text into `links` (key → `{href, line}`). Answers the rest. */
export function define(text, links, line) {
  let at = 0;
  let found;
  while ((found = match(definition, text, at)) && keyOf(found[1])) {
    links[keyOf(found[1])] ??= { href: plain(found[2] ?? found[3]), line };
    at = definition.lastIndex;
  }
  return text.slice(at).trimEnd();
}

/** Text with emphasis, code and links as plans: `['Some ', ['em', {}, 'text']]`. */
export function inline(text, links) {
  const items = [];
  const brackets = [];
  /** Where runs of backticks begin, the last first, by their length. */
  const runs = {};
  for (const run of [...text.matchAll(/`+/g)].reverse()) (runs[run[0].length] ??= []).push(run.index);
  let at = 0;
  let found;
  while ((found = match(special, text, at))) {
    const { 0: mark, index } = found;
    items.push(text.slice(at, index));
    at = index + mark.length;
    switch (mark[0]) {
      case '*': case '_': case '~': items.push(delimiter(text, index, mark)); break;
      case '\\': case '&': items.push(mark[1] === '\n' ? ['br', {}] : character(mark)); break;
      case ' ': case '\n': items.push(mark.length > 2 ? ['br', {}] : '\n'); break;
      case '`': {
        const closing = runs[mark.length] ?? [];
        while (closing.at(-1) <= index) closing.pop();
        const code = text.slice(at, closing.at(-1)).replaceAll('\n', ' ');
        if (closing.length > 0) at = closing.at(-1) + mark.length;
        items.push(closing.length === 0 ? mark : ['code', {}, visible(code[0] === ' ' && code.at(-1) === ' ' && code.trim() ? code.slice(1, -1) : code)]);
        break;
      }
      case '!': case '[':
        brackets.push({ item: items.push(mark) - 1, start: at });
        if (brackets.length > mostOpen) brackets.shift();
        break;
      case ']': {
        const bracket = brackets.pop();
        const link = bracket && !bracket.isDead && linkAt(text, bracket.start, index, links);
        const [kind, ...inside] = link ? items.splice(bracket.item) : [];
        if (link) at = link.end;
        if (kind === '[') for (const other of brackets) other.isDead ||= items[other.item] === '[';
        items.push(!link ? mark : kind === '[' ? anchor(link.href, unlinked(emphasized(inside))) : image(link.href, words(emphasized(inside)), text.slice(bracket.start - 2, at)));
        break;
      }
      default: items.push(mark[0] !== '<' ? automatic(mark) : /^<[^\s"]*[:@]/.test(mark) ? automatic(mark.slice(1, -1)) : mark);
    }
  }
  return emphasized([...items, text.slice(at)]);
}

/** The link whose text is from `start` to `index`: `{href, end}`, or undefined when it is none. */
function linkAt(text, start, index, links) {
  const direct = match(target, text, index + 1);
  if (direct) return { href: plain(direct[1] ?? direct[2] ?? ''), end: target.lastIndex };
  const found = match(reference, text, index + 1);
  const name = found?.[1] || text.slice(start, index);
  const link = name.length < 1000 && links[keyOf(name)];
  return link && { href: link.href, end: found ? reference.lastIndex : index + 1 };
}

const punctuation = /[\p{P}\p{S}]/u;
/** CJK has no spaces: its letters are borders of words, its punctuation is like letters. */
const border = /[\s\p{P}\p{S}\u2e80-\uffef]/u;
const isTight = (char, other) => /\S/.test(char) && (!punctuation.test(char) || /[\u3000-\u303f\uff00-\uffef]/.test(char) || border.test(other));

/** A run of `*`, `_` or `~` and what it may do; see CommonMark 6.2. One `~` is like `_`: 3~5. */
function delimiter(text, index, mark) {
  const before = [...text.slice(Math.max(0, index - 2), index)].pop() ?? ' ';
  const [after = ' '] = text.slice(index + mark.length, index + mark.length + 2);
  const opens = isTight(after, before);
  const closes = isTight(before, after);
  const isStrict = mark[0] === '_' || mark === '~';
  return {
    mark, left: mark.length,
    opens: opens && (!isStrict || !closes || punctuation.test(before)),
    closes: closes && (!isStrict || !opens || punctuation.test(after)),
  };
}

function isPair(opener, closer) {
  const [one, other] = [opener.mark, closer.mark];
  return one === other || (one[0] !== '~' && one[0] === other[0] && (!(opener.closes || closer.opens) || (one + other).length % 3 !== 0 || one.length % 3 === 0));
}

/** Items with emphasis in place of pairs of delimiters. */
function emphasized(items) {
  const done = [];
  const openers = [];
  for (const item of items) {
    for (let last = openers.length - 1; item.closes && last >= 0; last -= 1) {
      const opener = done[openers[last]];
      if (!isPair(opener, item)) continue;
      while (opener.left > 0 && item.left > 0) {
        const width = Math.min(2, opener.left, item.left);
        done.push([item.mark[0] === '~' ? 'del' : width === 2 ? 'strong' : 'em', {}, ...joined(done.splice(openers[last] + 1))]);
        opener.left -= width;
        item.left -= width;
      }
      openers.length = last + Math.sign(opener.left);
      if (item.left === 0) break;
    }
    if (item.opens && item.left > 0 && openers.push(done.length) > mostOpen) openers.shift();
    done.push(item);
  }
  return joined(done);
}

/** Neighbouring texts as one. */
function joined(items) {
  const parts = [];
  for (const item of items) {
    const part = item.mark ? item.mark.slice(0, item.left) : item;
    if (typeof part === 'string' && typeof parts.at(-1) === 'string') parts.push(parts.pop() + part);
    else if (part !== '') parts.push(part);
  }
  return parts.map((part) => (typeof part === 'string' ? visible(part) : part));
}

const words = (plans) => plans.map((part) => (typeof part === 'string' ? part : part[1].text ?? part[1].alt ?? words(part.slice(2)))).join('');

/** Links in a link are their words. */
const unlinked = (plans) => plans.flatMap((part) => {
  if (typeof part === 'string') return part;
  const [tag, props, ...inside] = part;
  return props.title ? inside : [[tag, props, ...unlinked(inside)]];
});

/** The address of a link that may be followed, or null: http, https and mailto. */
export function safeLink(address) {
  const trimmed = String(address ?? '').trim();
  try {
    return /^(?:https?:\/\/|mailto:)/i.test(trimmed) ? new URL(trimmed).href : null;
  } catch {
    return null;
  }
}

/** A picture within the text; others would tell their host who reads. */
export function embeddedImage(address) {
  return /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/.test(address ?? '') ? address : null;
}

const automatic = (text) => anchor(`${/^www\./i.test(text) ? 'http://' : text.includes(':') ? '' : 'mailto:'}${text}`, [visible(text)]);

function anchor(address, inside) {
  const href = safeLink(address);
  return href ? ['a', { href, target: '_blank', rel: 'noopener noreferrer nofollow', title: href }, ...inside] : ['span', { className: 'dead', title: visible(address) }, ...inside];
}

function image(address, text, raw) {
  const src = embeddedImage(address);
  const href = safeLink(address);
  return src ? ['img', { src, alt: text, loading: 'lazy' }] : href ? ['image-link', { href, text, host: new URL(href).host }] : ['span', { className: 'dead' }, text || visible(raw)];
}
