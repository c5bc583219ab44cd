import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { blocks, languageOf } from '../public/md/blocks.js';
import { visible } from '../public/core/dom.js';
import { embeddedImage, safeLink } from '../public/md/inline.js';
import { Lexer } from './vendor/marked/marked.esm.js';

/* What marked's tokens come to as plans of ours. */

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
/** marked's lexer escapes texts for HTML. */
const unescape = (text) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name]);
const isShown = ({ type }) => type !== 'space' && type !== 'def';

function plan(token) {
  switch (token.type) {
    case 'heading': return [`h${Math.min(6, token.depth + 2)}`, { dir: 'auto' }, ...inline(token.tokens)];
    case 'paragraph': return ['p', { dir: 'auto' }, ...inline(token.tokens)];
    case 'text': return ['p', { dir: 'auto' }, ...inline(token.tokens)];
    case 'code': return ['code-block', { language: languageOf(token.lang ?? ''), text: token.text }];
    case 'blockquote': return ['blockquote', {}, ...token.tokens.filter(isShown).map(plan)];
    case 'list': {
      const items = token.items.map((item) => {
        const children = item.tokens.filter(isShown).flatMap((child) => (child.type === 'text' && !token.loose ? inline(child.tokens) : [plan(child)]));
        const box = item.task ? [['input', { type: 'checkbox', disabled: true, checked: item.checked, 'aria-label': item.checked ? '☑' : '☐' }]] : [];
        return ['li', { className: item.task ? 'task' : '', dir: 'auto' }, ...box, ...children];
      });
      return token.ordered ? ['ol', token.start === 1 ? {} : { start: token.start }, ...items] : ['ul', {}, ...items];
    }
    case 'table': {
      const cell = (tag) => (content, index) => [tag, { className: token.align[index] ? `to-${token.align[index]}` : '', dir: 'auto' }, ...inline(content.tokens)];
      return ['div', { className: 'wide', tabIndex: 0, role: 'group' }, ['table', {}, ['thead', {}, ['tr', {}, ...token.header.map(cell('th'))]],
        ['tbody', {}, ...token.rows.map((row) => ['tr', {}, ...row.map(cell('td'))])]]];
    }
    case 'hr': return ['hr', {}];
    default: return ['p', { className: 'raw' }, visible(token.raw)];
  }
}

function inline(tokens = []) {
  return tokens.map((token) => {
    switch (token.type) {
      case 'text': case 'escape': return visible(unescape(token.text));
      case 'strong': case 'em': case 'del': return [token.type, {}, ...inline(token.tokens)];
      case 'codespan': return ['code', {}, visible(unescape(token.text))];
      case 'br': return ['br', {}];
      case 'link': {
        const href = safeLink(unescape(token.href));
        return href ? ['a', { href, target: '_blank', rel: 'noopener noreferrer nofollow', title: href }, ...inline(token.tokens)]
          : ['span', { className: 'dead', title: visible(unescape(token.href)) }, ...inline(token.tokens)];
      }
      case 'image': {
        const address = unescape(token.href);
        const text = visible(unescape(token.text));
        if (embeddedImage(address)) return ['img', { src: address, alt: text, loading: 'lazy' }];
        const href = safeLink(address);
        return href ? ['image-link', { href, text, host: new URL(href).host }] : ['span', { className: 'dead' }, text || visible(token.raw)];
      }
      default: return visible(token.raw);
    }
  });
}

const isBlock = ([tag]) => ['ul', 'ol', 'br', 'hr', 'div', 'blockquote', 'code-block', 'p', 'h3', 'h4', 'h5', 'h6'].includes(tag);

/** Neighbouring texts as one, without the white space around line breaks, which no reader sees. */
function normal(item) {
  if (typeof item === 'string') return item;
  const [tag, props, ...children] = item;
  const made = [];
  for (const child of children.map(normal)) {
    if (typeof child === 'string' && typeof made.at(-1) === 'string') made.push(made.pop() + child);
    else made.push(child);
  }
  const texts = made.map((child, index) => {
    if (typeof child !== 'string') return child;
    let text = child.replace(/ *\n */g, '\n');
    if (index === 0 && tag !== 'code') text = text.trimStart();
    if ((index === made.length - 1 || isBlock(made[index + 1])) && tag !== 'code') text = text.trimEnd();
    if (index > 0 && isBlock(made[index - 1])) text = text.trimStart();
    return text;
  }).filter((child) => child !== '');
  return [tag, props, ...texts];
}

/** Without what tells tight items from loose ones. */
function unwrapped([tag, props, ...children]) {
  const inside = children.flatMap((child, index) => {
    if (typeof child === 'string') return child;
    const made = unwrapped(child);
    return tag === 'li' && child[0] === 'p' && !child[1].className ? [...(index > 0 ? ['\n'] : []), ...made.slice(2)] : [made];
  });
  return normal([tag, props, ...inside]);
}

const ours = (source) => blocks(source).map(normal);
const theirs = (source) => new Lexer({ gfm: true, mangle: false, smartLists: true }).lex(source).filter(isShown).map((token) => normal(plan(token)));

const replies = readFileSync(new URL('./markdown-replies.txt', import.meta.url), 'utf8').split('%%%%\n');

/** Numbers from 0 up to 1 that are the same in every run. */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A random text: inline pieces in blocks, blocks in quotes and lists. */
function written(seed) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const times = (most, make) => Array.from({ length: 1 + Math.floor(next() * most) }, make);
  const word = () => pick(['alpha', 'beta', 'x', '42', 'snake_case', '中文', '说明', 'naïve', 'end.', 'so,', '(aside)', '"quoted"', "it's", '2 * 3', 'a&b', '&lt;', '1 < 2', '\\*', '\\_', '🎉', 'a_b_c', 'C++', 'a - b', 'a + b', '~', '`', 'a * b', 'a _ b', '[x]', '!']);
  const plainWords = () => times(3, () => pick(['alpha', 'beta', '中文', '42', 'done'])).join(' ');
  const piece = (depth = 0) => {
    const inner = () => (depth < 2 ? times(2, () => piece(depth + 1)).join(' ') : plainWords());
    return pick([word, word, word, plainWords, plainWords, () => (depth === 0 ? `*${inner()}*` : word()), () => (depth === 0 ? `**${inner()}**` : plainWords()), () => `_${plainWords()}_`, () => `__${plainWords()}__`, () => `~~${plainWords()}~~`, () => (depth === 0 ? `***${plainWords()}***` : word()),
      () => `\`${pick(['code', 'a | b', 'x * y', '<b>', '_u_'])}\``, () => `[${plainWords()}](https://a.example/${pick(['', 'b', 'c_d', 'e?f=g&h=i'])}${pick(['', ' "title"', " 't'"])})`, () => `[${plainWords()}][ref]`,
      () => '[ref]', () => '[nothing]', () => `![${plainWords()}](https://p.example/i.png)`, () => '<https://auto.example/x>', () => 'https://bare.example/y', () => 'me@mail.example', () => 'press <kbd>K</kbd>', () => 'x<br>'])();
  };
  const line = () => times(4, () => piece()).join(pick([' ', ' ', ' ', '  \n', '\n', '\\\n']));
  const indented = (text, first, rest) => text.split('\n').map((one, index) => (index === 0 ? first : one === '' ? '' : rest) + one).join('\n');
  const block = (depth = 0) => {
    const inner = () => times(depth < 2 ? 3 : 1, () => (depth < 2 ? block(depth + 1) : `${plainWords()}`)).join('\n\n');
    const items = (mark) => times(3, (_, index) => { const lead = mark(index); return indented(pick([plainWords, line, inner, () => `${plainWords()}\n${inner()}`])(), lead, ' '.repeat(lead.length)); }).join(pick(['\n', '\n', '\n\n']));
    return pick([line, line, () => `${'#'.repeat(1 + Math.floor(next() * 6))} ${plainWords()}`, () => `\`\`\`${pick(['', 'js', 'py x=1'])}\n${pick(['a = 1', 'if x:\n  y', depth === 0 ? '* no *\n\n- no' : 'no', '<b>'])}\n\`\`\``, () => (depth === 0 ? `${plainWords()}\n${pick(['===', '---'])}` : plainWords()),
      () => pick(['---', '***', '* * *']), () => indented(inner(), '> ', '> '), () => items(() => '- '), () => items(() => '* '), () => items((index) => `${index + 1}. `), () => `- ${pick(['[ ]', '[x]'])} ${plainWords()} ${piece()}\n- [ ] ${plainWords()}`,
      () => { const row = () => `| ${plainWords()} | ${pick([plainWords, piece])().replace(/\n/g, ' ')} |`; return `${row()}\n|${pick(['---|---', ':--|--:', ' - | :-: '])}|\n${times(3, row).join('\n')}`; },
      () => `    code ${word()}\n    more`, () => (depth === 0 ? `<div>\n${word()}\n</div>` : plainWords())])();
  };
  return `${times(4, () => block()).join('\n\n')}\n${pick(['', '\n[ref]: https://ref.example "R"\n'])}`;
}

/** Where marked 4.2.3 is not CommonMark: [what such a text looks like, an example, why]. */
const defects = [
  [/[*_]\\\n/, '*[a]*\\\nb', 'emphasis before a hard break is missed'],
  [/^a\n\*/, 'a\n*  \nb', 'an empty item does not interrupt a paragraph'],
  [/[*_]{4}/, '*****a*** ***b*****', 'runs of five are not paired'],
  [/\*c \*d/, '**`a`* b *c *d***', 'emphasis is in emphasis of the same mark'],
  [/\d < \d[^>]*>/, '*1 < 2 b* c <https://a.example>', 'what looks like a tag hides emphasis'],
  [/\n[ >]+---(?:\n|$)/, '- a\n  - b\n    ---', 'the line under a heading in a list is taken for one under the list'],
  [/more\n[ >]*\n[ >]*code/, '- a\n      more\n\n      code c', 'a code block is added to the paragraph before it'],
  [/-\t/, '-\ta', 'a tab after a mark is the space after it'],
];
/** Where ours are others on purpose: [example, its text, why]. */
const choices = [
  ['3~5, 6~8', '3~5, 6~8', 'one ~ within words strikes nothing out'],
  ['[^1]\n\n[^1]: note', '[^1][^1]: note', 'footnotes are text'],
  ['&copy; &#8364; &amp;lt;', '© € &lt;', 'marked leaves entities to HTML'],
  ['https://a.example/b，c', 'https://a.example/b，c', 'an address ends before CJK punctuation'],
  ['"https://a.example/"', '"https://a.example/"', 'an address ends before quotes'],
  ['ftp://a.example/', 'ftp://a.example/', 'bare addresses that may not be followed are text'],
  ['<details><summary>*a*</summary>', '<details><summary>a</summary>', 'only a tag alone in its line begins a block of HTML'],
  ['a\n<div>\nb', 'a\n<div>\nb', 'HTML does not interrupt a paragraph'],
  ['![*a*](https://a.example/p.png)', '', 'the text of a picture is without marks'],
];
const texts = (item) => (typeof item === 'string' ? item : item.slice(2).map(texts).join(''));
const isDefect = (source) => defects.some(([pattern]) => pattern.test(source));

test('replies of agents are read as marked reads them', () => {
  const compared = replies.filter((source) => !isDefect(source) && !source.startsWith('a~b~c'));
  assert.ok(compared.length > 60 && compared.length >= replies.length - 3, `${compared.length} of ${replies.length}`);
  for (const source of compared) assert.deepEqual(ours(source), theirs(source), source);
});

test('random texts are read as marked reads them', () => {
  const compared = Array.from({ length: 5000 }, (_, seed) => written(seed)).filter((source) => !isDefect(source));
  assert.ok(compared.length > 3000, `${compared.length}`);
  for (const source of compared) assert.deepEqual(ours(source).map(unwrapped), theirs(source).map(unwrapped), source);
});

test('each difference from marked is one', () => {
  for (const [pattern, example, why] of defects) {
    assert.match(example, pattern);
    assert.notDeepEqual(ours(example).map(unwrapped), theirs(example).map(unwrapped), why);
  }
  for (const [example, text, why] of choices) {
    assert.equal(ours(example).map(texts).join(''), text, why);
    assert.notDeepEqual(ours(example), theirs(example), why);
  }
});
