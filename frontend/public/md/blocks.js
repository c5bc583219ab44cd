import { define, inline, plain } from './inline.js';
import { visible } from './safe.js';

/** Blocks that are open at once, lists and items each one; what is deeper is text. */
const deepest = 64;
/** Short rows of a table are filled up to so many cells. */
const mostFilled = 16;

/** What is left of a line. Tabs reach to the next multiple of four columns, and stay where nothing is taken off. */
class Line {
  #column = 0;

  constructor(text) {
    this.text = text;
    this.drop(0);
  }

  /** Takes off the white space and a mark of that length. */
  drop(length) {
    this.#column += (this.indent ?? 0) + length;
    this.rest = this.text.slice(length);
    this.indent = 0;
    let at = 0;
    for (; this.rest[at] === ' ' || this.rest[at] === '\t'; at += 1) this.indent += this.rest[at] === ' ' ? 1 : 4 - ((this.#column + this.indent) % 4);
    this.text = this.rest.slice(at);
  }

  /** Takes off so many columns of white space, or what there is. */
  skip(columns) {
    for (let left = Math.min(columns, this.indent); left > 0; left -= 1) {
      if (this.rest[0] === '\t') this.rest = ' '.repeat(4 - (this.#column % 4)) + this.rest.slice(1);
      this.rest = this.rest.slice(1);
      this.#column += 1;
      this.indent -= 1;
    }
  }
}

const isText = ({ type }) => type === 'p' || type === 'table';

/** Whether an open block goes on in the line; takes off what marks it. */
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

/** The block that begins in the line, or null. `container` is the last that goes on, `tip` the last that is open. */
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
  const marks = /^[-_*]/.test(text) ? text.replace(/[ \t]/g, '') : '';
  if (marks.length > 2 && marks === text[0].repeat(marks.length)) return { type: 'hr' };
  const item = !isDeep && /^(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|$)/.exec(text);
  if (!item || (isText(container) && (item[1] > 1 || item[1] < 1 || text.slice(item[0].length).trim() === ''))) return null;
  line.drop(item[0].length);
  const gap = line.text === '' || line.indent > 4 ? 1 : line.indent;
  line.skip(gap);
  return { type: 'li', mark: item[0].at(-1), start: item[1], indent: indent + item[0].length + gap, children: [] };
}

/** What a line under a paragraph makes of it, a heading, or of its last line, the head of a table; or null. */
function underlined({ lines, first, last }, text) {
  const marks = /^[|:-]/.test(text) && lines.at(-1).includes('|') ? cells(text) : [''];
  if (marks.every((mark) => /^:?-+:?$/.test(mark)) && marks.length === cells(lines.at(-1)).length) {
    const align = marks.map((mark) => (mark.at(-1) !== ':' ? mark[0] === ':' && 'left' : mark[0] === ':' ? 'center' : 'right'));
    return { type: 'table', align, first: last, lines: lines.splice(-1) };
  }
  return /^(?:=+|-+)[ \t]*$/.test(text) ? { type: text[0] === '=' ? 'h3' : 'h4', first, lines: lines.splice(0) } : null;
}

/** `js {highlight=1}` → `js`. */
export const languageOf = (info) => /^[\w+#.-]{1,30}/.exec(info)?.[0].toLowerCase() ?? '';

/** The top-level blocks of a text, each with the `offset` where it begins. Definitions of links go to `links`. */
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
    /** So many open blocks have something in this line: a blank one counts for quotes, and for what begins with it. */
    let seen = 0;
    for (; depth < open.length && goesOn(open[depth], line); depth += 1) if (open[depth].type === 'blockquote') seen = depth + 1;

    const add = (block) => {
      while (!open[depth - 1].children || (open[depth - 1].type === 'list' && open[depth - 1].mark !== block.mark)) depth -= 1;
      open.length = depth;
      if (block.type === 'li' && open[depth - 1].type !== 'list') add({ type: 'list', mark: block.mark, start: block.start, children: [] });
      open.at(-1).children.push(Object.assign(block, { first: block.first ?? number, offset: offsets[block.first ?? number] }));
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
  for (const paragraph of paragraphs) paragraph.text = define(paragraph.lines.join('\n'), links, paragraph.offset);
  return root.children;
}

/** The cells of a table's row. `\|` is no border, not even in code. */
function cells(row) {
  const found = [...row.trim().replace(/^\|/, '').matchAll(/((?:\\.|[^|])*)(?:\||$)/g)].map(([, cell]) => cell.trim().replaceAll('\\|', '|'));
  if (found.length > 1 && found.at(-1) === '') found.pop();
  return found;
}

/**
 * What a block becomes, without a document: `[tag, props, ...children]` where children are such plans or strings, or
 * null. `code-block` and `image-link` are tags of ours that the renderer knows.
 */
function plan(block, links) {
  const { type, text, lines, children } = block;
  switch (type) {
    case 'code': return ['code-block', { language: block.language, text: block.mark ? lines.join('\n') : lines.join('\n').trimEnd() }];
    case 'html': return ['p', { className: 'raw' }, visible(lines.join('\n'))];
    case 'hr': return ['hr', {}];
    case 'blockquote': return ['blockquote', {}, ...children.map((child) => plan(child, links)).filter(Boolean)];
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
    // A tight item holds its text without a paragraph.
    const inside = item.children.flatMap((child) => (child.type === 'p' && !isLoose ? inline(child.text, links) : [plan(child, links)]));
    return ['li', { className: box ? 'task' : '', dir: 'auto' }, ...(box ? [['input', { type: 'checkbox', disabled: true, checked, 'aria-label': checked ? '☑' : '☐' }]] : []), ...inside.filter(Boolean)];
  });
  return start === undefined ? ['ul', {}, ...items] : ['ol', Number(start) === 1 ? {} : { start: Number(start) }, ...items];
}

function table({ align, lines }, links) {
  const [head, ...rows] = lines.map((line, row) => {
    const texts = cells(line).slice(0, align.length);
    while (texts.length < Math.min(align.length, mostFilled)) texts.push('');
    return ['tr', {}, ...texts.map((text, index) => [row === 0 ? 'th' : 'td', { className: align[index] ? `to-${align[index]}` : '', dir: 'auto' }, ...inline(text, links)])];
  });
  return ['div', { className: 'wide', tabIndex: 0, role: 'group' }, ['table', {}, ['thead', {}, head], ['tbody', {}, ...rows]]];
}

/** The blocks of a Markdown text: `{raw, plan}`, where `raw` is the text up to the next one. */
export const blocks = (source) => new GrowingText().update(source, true);

const nothing = () => ({ length: 0, count: 0, links: Object.create(null) });

/**
 * A text that grows. Blocks that did not change are the same objects in all answers. New text can change the last two
 * only, so the others are settled and not read again until the text is complete: links may be used before their definition.
 */
export class GrowingText {
  #text = '';
  #shown = [];
  #settled = nothing();

  update(text, isComplete = false) {
    if (isComplete || !text.startsWith(this.#text)) this.#settled = nothing();
    this.#text = text;
    const settled = this.#settled;
    const rest = text.slice(settled.length);
    const links = Object.create(settled.links);
    const found = read(rest, links);
    const limit = found.at(-2)?.offset ?? 0;
    const shown = this.#shown.slice(0, settled.count);
    for (const [index, block] of found.entries()) {
      const made = { raw: rest.slice(block.offset, found[index + 1]?.offset), plan: plan(block, links) };
      const known = this.#shown[shown.length];
      if (made.plan) shown.push(JSON.stringify(known) === JSON.stringify(made) ? known : made);
      if (block.offset < limit) settled.count = shown.length;
    }
    for (const [key, link] of Object.entries(links)) if (link.offset < limit) settled.links[key] = link;
    settled.length += limit;
    this.#shown = shown;
    return shown;
  }
}
