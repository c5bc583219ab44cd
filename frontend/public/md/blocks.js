import { visible } from '../core/dom.js';
import { define, inline, plain } from './inline.js';

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
