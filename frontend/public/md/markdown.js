import { anchor, automatic, image, visible } from './safe.js';

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
const plain = (text) => text.replace(codes, character);

function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const keyOf = (name) => name.trim().replace(/\s+/g, ' ').toLowerCase().toUpperCase();

/** Takes definitions at the beginning of a text into `links` (key → `{href, line}`). Answers the rest. */
function define(text, links, line) {
  let at = 0;
  let found;
  while ((found = match(definition, text, at)) && keyOf(found[1])) {
    links[keyOf(found[1])] ??= { href: plain(found[2] ?? found[3]), line };
    at = definition.lastIndex;
  }
  return text.slice(at).trimEnd();
}

/** Text with emphasis, code and links as plans: `['Some ', ['em', {}, 'text']]`. */
function inline(text, links) {
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

/** Deeper blocks are text. */
const deepest = 64;

const widthOf = (char, column) => (char === '\t' ? 4 - (column % 4) : 1);

/** What is left of a line: `indent` columns of white space and `text`; `rest` is both as written. */
class Line {
  end = 0;

  constructor(text) {
    this.text = text;
    this.drop(0);
  }

  /** Takes off the white space and a mark. */
  drop(length) {
    const rest = this.text.slice(length);
    [this.space] = /^[ \t]*/.exec(rest);
    this.text = rest.slice(this.space.length);
    this.start = this.end += length;
    for (const char of this.space) this.end += widthOf(char, this.end);
    this.indent = this.end - this.start;
  }

  skip(columns) {
    this.indent = Math.max(0, this.indent - columns);
  }

  get rest() {
    const wanted = this.end - this.indent;
    let [column, at] = [this.start, 0];
    for (; column < wanted; at += 1) column += widthOf(this.space[at], column);
    return ' '.repeat(column - wanted) + this.space.slice(at) + this.text;
  }
}

const isText = ({ type }) => type === 'p' || type === 'table';

/** Whether a block goes on in the line; takes off what marks it. */
function goesOn(block, line) {
  const { text, indent } = line;
  if (block.isOver) return false;
  switch (block.type) {
    case 'list': return true;
    case 'blockquote': return takeQuote(line);
    case 'li':
      if (text === '' ? block.children.length === 0 : indent < block.indent) return false;
      line.skip(block.indent);
      return true;
    case 'code':
      if (!block.mark && text !== '' && indent < 4) return false;
      block.isOver = block.mark && indent < 4 && /^(`+|~+)[ \t]*$/.exec(text)?.[1].startsWith(block.mark);
      line.skip(block.indent);
      return true;
    default: return text !== '' && (isText(block) || block.type === 'html');
  }
}

function takeQuote(line) {
  if (line.indent > 3 || line.text[0] !== '>') return false;
  line.drop(1);
  line.skip(1);
  return true;
}

/** The block that begins in the line. `container` is the last that goes on, `tip` the last that is open. */
function begin(line, container, tip, isDeep) {
  const { text, indent } = line;
  if (text === '' || (indent > 3 && tip.type === 'p')) return null;
  if (indent > 3) {
    line.skip(4);
    return { type: 'code', language: '', indent: 4, lines: [line.rest] };
  }
  if (!isDeep && takeQuote(line)) return { type: 'blockquote', children: [] };
  const under = container.type === 'p' && underlined(container, text);
  if (under) return under;
  const heading = /^(#{1,6})(?:[ \t]|$)/.exec(text);
  if (heading) return { type: `h${Math.min(6, heading[1].length + 2)}`, text: text.slice(heading[0].length).trim().replace(/(?:^|[ \t])#+$/, '').trimEnd() };
  const fence = /^(`{3,}(?=[^`]*$)|~{3,})(.*)/.exec(text);
  if (fence) return { type: 'code', mark: fence[1], language: languageOf(plain(fence[2].trim())), indent, lines: [] };
  if (!isText(tip) && /^<(?:!--|\/?[a-z][\w-]*(?:\s[^<>]*)?>[ \t]*$)/i.test(text)) return { type: 'html', lines: [line.rest] };
  if (/^([-_*])[ \t]*(?:\1[ \t]*){2,}$/.test(text)) return { type: 'hr' };
  const item = !isDeep && /^(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|$)/.exec(text);
  if (!item || (isText(container) && (item[1] > 1 || item[1] < 1 || text.slice(item[0].length).trim() === ''))) return null;
  line.drop(item[0].length);
  const gap = line.text === '' || line.indent > 4 ? 1 : line.indent;
  line.skip(gap);
  return { type: 'li', mark: item[0].at(-1), start: item[1], indent: indent + item[0].length + gap, children: [] };
}

/** A line under a paragraph may make it a heading, or its last line the head of a table. */
function underlined({ lines, first, last }, text) {
  const marks = /^[|:-]/.test(text) && lines.at(-1).includes('|') ? cells(text) : [''];
  if (marks.every((mark) => /^:?-+:?$/.test(mark)) && marks.length === cells(lines.at(-1)).length) {
    const align = marks.map((mark) => ['', 'to-left', 'to-right', 'to-center'][Number(mark[0] === ':') + 2 * Number(mark.endsWith(':'))]);
    return { type: 'table', align, first: last, lines: lines.splice(-1) };
  }
  return /^(?:=+|-+)[ \t]*$/.test(text) ? { type: text[0] === '=' ? 'h3' : 'h4', first, lines: lines.splice(0) } : null;
}

/** `js {highlight=1}` → `js`. */
export const languageOf = (info) => /^[\w+#.-]{1,30}/.exec(info)?.[0].toLowerCase() ?? '';

/** The top-level blocks of a text, with the offsets of its lines. Definitions go to `links`. */
function read(source, links) {
  const root = { children: [] };
  const open = [root];
  const paragraphs = [];
  const offsets = [];
  for (const { 1: content, index } of source.matchAll(/([^\r\n]*)(?:\r\n|[\r\n]|$)/g)) {
    if (index === source.length) break;
    const number = offsets.push(index) - 1;
    const line = new Line(content);
    let depth = 1;
    /** So many open blocks have something in this line. */
    let seen = 0;
    for (; depth < open.length && goesOn(open[depth], line); depth += 1) if (open[depth].type === 'blockquote') seen = depth + 1;

    const add = (block) => {
      while (!open[depth - 1].children || (open[depth - 1].type === 'list' && open[depth - 1].mark !== block.mark)) depth -= 1;
      open.length = depth;
      if (block.type === 'li' && open[depth - 1].type !== 'list') add({ type: 'list', mark: block.mark, start: block.start, children: [] });
      block.first ??= number;
      open.at(-1).children.push(block);
      seen = depth = open.push(block);
      if (/[ph]\d?$/.test(block.type) && block.lines) paragraphs.push(block);
    };

    let block = { children: [] };
    while (block?.children && (open[depth - 1].children || isText(open[depth - 1]))) {
      block = begin(line, open[depth - 1], open.at(-1), depth >= deepest);
      if (block) add(block);
    }
    // A paragraph also goes on where the marks of its quotes and items are left out.
    if (line.text === '' || open.at(-1).type !== 'p') open.length = depth;
    const tip = open.at(-1);
    if (tip.children) {
      if (line.text !== '') add({ type: 'p', lines: [line.text] });
    } else if (tip !== block && tip.lines && !tip.isOver) tip.lines.push(isText(tip) ? line.text : line.rest);
    if (line.text !== '' || (tip.lines && tip.mark)) seen = open.length;
    for (const one of open.slice(0, seen)) one.last = number;
  }
  for (const paragraph of paragraphs) paragraph.text = define(paragraph.lines.join('\n'), links, paragraph.first);
  return [root.children, offsets];
}

/** The cells of a row. `\|` is no border, not even in code. */
function cells(row) {
  const found = [...row.trim().replace(/^\|/, '').matchAll(/((?:\\.|[^|])*)(?:\||$)/g)].map(([, cell]) => cell.trim().replaceAll('\\|', '|'));
  if (found.length > 1 && found.at(-1) === '') found.pop();
  return found;
}

/** What a block becomes: `[tag, props, ...children]`, children being plans or strings; null for nothing. */
function plan(block, links) {
  const { type, text, lines, children } = block;
  switch (type) {
    case 'code': return ['code-block', { language: block.language, text: block.mark ? lines.join('\n') : lines.join('\n').trimEnd() }];
    case 'html': return ['p', { className: 'raw' }, visible(lines.join('\n'))];
    case 'hr': case 'blockquote': return [type, {}, ...(children ?? []).map((child) => plan(child, links)).filter(Boolean)];
    case 'list': return list(block, links);
    case 'table': return table(block, links);
    default: return lines && !text ? null : [type, { dir: 'auto' }, ...inline(text, links)];
  }
}

const hasGap = (blocks) => blocks.some(({ first }, index) => first > blocks[index - 1]?.last + 1);

function list({ start, children }, links) {
  const isLoose = hasGap(children) || children.some((item) => hasGap(item.children));
  const items = children.map((item) => {
    const box = item.children[0]?.type === 'p' && /^\[([ x])\]\s+(?=\S)/i.exec(item.children[0].text);
    if (box) item.children[0].text = item.children[0].text.slice(box[0].length);
    const checked = box && box[1] !== ' ';
    const inside = item.children.flatMap((child) => (child.type === 'p' && !isLoose ? inline(child.text, links) : [plan(child, links)]));
    return ['li', { className: box ? 'task' : '', dir: 'auto' }, ...(box ? [['input', { type: 'checkbox', disabled: true, checked, 'aria-label': checked ? '☑' : '☐' }]] : []), ...inside.filter(Boolean)];
  });
  return [start ? 'ol' : 'ul', start && Number(start) !== 1 ? { start: Number(start) } : {}, ...items];
}

function table({ align, lines }, links) {
  const [head, ...rows] = lines.map((line, row) => {
    const texts = cells(line).slice(0, align.length);
    while (texts.length < Math.min(align.length, 8)) texts.push(''); // No more: a wide head must not multiply short rows.
    return ['tr', {}, ...texts.map((text, index) => [row === 0 ? 'th' : 'td', { className: align[index], dir: 'auto' }, ...inline(text, links)])];
  });
  return ['div', { className: 'wide', tabIndex: 0, role: 'group' }, ['table', {}, ['thead', {}, head], ['tbody', {}, ...rows]]];
}

/** The plans of a whole text. */
export const blocks = (source) => new GrowingText().update(source, true);

const nothing = () => ({ length: 0, count: 0, links: Object.create(null) });

/** A text that grows. Plans that did not change stay the same objects. Only the last two blocks can change and are read again; a complete text is, for links that are used before they are defined. */
export class GrowingText {
  #text = '';
  #shown = [];
  #settled = nothing();

  update(text, isComplete = false) {
    if (isComplete || text.slice(0, this.#text.length) !== this.#text) this.#settled = nothing();
    this.#text = text;
    const settled = this.#settled;
    const links = Object.create(settled.links);
    const [found, offsets] = read(text.slice(settled.length), links);
    const limit = found.at(-2)?.first ?? 0;
    const shown = this.#shown.slice(0, settled.count);
    for (const block of found) {
      const made = plan(block, links);
      const known = this.#shown[shown.length];
      if (made) shown.push(JSON.stringify(known) === JSON.stringify(made) ? known : made);
      if (block.first < limit) settled.count = shown.length;
    }
    for (const [key, link] of Object.entries(links)) if (link.line < limit) settled.links[key] = link;
    settled.length += offsets[limit] ?? 0;
    return (this.#shown = shown);
  }
}
