import assert from 'node:assert/strict';
import test from 'node:test';
import { GrowingText, blocks, segments } from '../public/md/blocks.js';
import { tokens } from '../public/md/highlight.js';
import { languageOf, plan } from '../public/md/plan.js';
import { embeddedImage, safeLink, visible } from '../public/md/safe.js';

const plans = (source) => blocks(source).map(plan);
const flat = (item) => JSON.stringify(item);
/** All texts of a plan, in order. */
const words = (item) => (typeof item === 'string' ? item : item.slice(2).map(words).join(''));

test('blocks become elements', () => {
  const [heading, paragraph, list, code, quote, rule] = plans('# One\n\nTwo *three* `four` &amp;\n\n- a\n- b\n\n```js\nlet x = 1 < 2;\n```\n\n> q\n\n---\n');
  assert.equal(heading[0], 'h3');
  assert.equal(words(paragraph), 'Two three four &');
  assert.deepEqual(list.slice(2).map((item) => words(item)), ['a', 'b']);
  assert.deepEqual(code, ['code-block', { language: 'js', text: 'let x = 1 < 2;' }]);
  assert.equal(quote[0], 'blockquote');
  assert.equal(rule[0], 'hr');
});

test('tables keep their alignment and task lists their boxes', () => {
  const [table] = plans('| a | b |\n| --- | ---: |\n| 1 | **2** |\n');
  assert.match(flat(table), /"to-right"/);
  const [tasks] = plans('- [x] done\n- [ ] open\n');
  assert.match(flat(tasks), /"checked":true.*"checked":false/);
});

test('HTML is text', () => {
  for (const source of ['<script>alert(1)</script>', 'a <img src=x onerror=alert(1)> b', '<b onclick="x">bold</b>', '<!-- c -->', '<svg/onload=alert(1)>']) {
    const made = plans(source);
    assert.equal(made.map(words).join('').trim(), source, source);
    assert.doesNotMatch(flat(made), /\["(?:script|img|b|svg|iframe|style)"/);
  }
});

test('texts that marked escaped are as they were', () => {
  assert.equal(words(plans('a < b && "c" \'d\' <5')[0]), 'a < b && "c" \'d\' <5');
  assert.equal(words(plans('`<b> & "x"`')[0]), '<b> & "x"');
});

test('only http, https and mailto are links', () => {
  for (const good of ['http://a.example/', 'https://a.example/x?y=1&z=2#f', 'mailto:a@b.example']) assert.equal(safeLink(good), good);
  for (const bad of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' javascript:alert(1)', 'java\nscript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', '/admin', '//evil.example', 'blob:x', 'https://', '', null]) {
    assert.equal(safeLink(bad), null, String(bad));
  }
  const made = flat(plans('[a](javascript:alert(1)) [b](&#106;avascript:alert(1)) [c]( https://ok.example "t") <https://auto.example> www.bare.example'));
  assert.deepEqual([...made.matchAll(/"href":"([^"]+)"/g)].map(([, href]) => href), ['https://ok.example/', 'https://auto.example/', 'http://www.bare.example/']);
  assert.equal([...made.matchAll(/noopener noreferrer nofollow/g)].length, 3);
});

test('a remote image is a link with its host; an embedded one is shown; others are text', () => {
  assert.deepEqual(plans('![pic](https://evil.example/p.png?u=1)')[0][2], ['image-link', { href: 'https://evil.example/p.png?u=1', text: 'pic', host: 'evil.example' }]);
  assert.equal(embeddedImage('data:image/png;base64,AAAA'), 'data:image/png;base64,AAAA');
  for (const bad of ['data:image/svg+xml;base64,AAAA', 'data:text/html;base64,AAAA', 'data:image/png,<svg>']) assert.equal(embeddedImage(bad), null);
  assert.equal(plans('![x](data:image/svg+xml;base64,AAAA)')[0][2][0], 'span');
});

test('control and bidirectional characters are shown', () => {
  assert.equal(visible('a\u202eb\u0007c\u2066\td\n'), 'a⟨U+202E⟩b␇c⟨U+2066⟩\td\n');
});

test('an unterminated fence is code to the end', () => {
  const made = plans('text\n\n```python\n<script>\n# not a heading\n');
  assert.deepEqual(made.map(([tag]) => tag), ['p', 'code-block']);
  assert.equal(made[1][1].text, '<script>\n# not a heading\n'.trimEnd());
});

test('the language of a fence is one word', () => {
  assert.equal(languageOf('JS {1,3}'), 'js');
  assert.equal(languageOf('"><img'), '');
});

test('giant lines, nests and brackets take no time', () => {
  const sources = ['x'.repeat(200_000), '*a '.repeat(70_000), '['.repeat(200_000), '>'.repeat(50_000), '- '.repeat(50_000), '`'.repeat(100_000),
    Array.from({ length: 3000 }, (_, depth) => `${'  '.repeat(depth)}- x`).join('\n'), `${'| a '.repeat(1500)}|\n${'| - '.repeat(1500)}|\n`, '[a]('.repeat(1900), '<'.repeat(7900), '**a'.repeat(2600), '_a_'.repeat(2600)];
  for (const source of sources) {
    const began = performance.now();
    const made = plans(source);
    assert.ok(made.length > 0);
    assert.ok(performance.now() - began < 400, `${source.slice(0, 20)} took ${performance.now() - began} ms`);
  }
});

test('a giant line within a fence stays with its fence', () => {
  assert.deepEqual(segments(`a\n\`\`\`\n${'x'.repeat(9000)}\n\`\`\`\nb`).map(({ plain }) => plain), [false]);
  assert.deepEqual(segments(`a\n${'x'.repeat(9000)}\nb`).map(({ plain }) => plain), [false, true, false]);
});

test('a text that grows by any steps ends as the whole text', () => {
  const source = '# T\n\nOne *two*\nthree\n\n1. a\n2. b\n\n   still b\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```js\nconst a = `x`;\n\nb();\n```\n\n> q\n> r\n\n- [ ] t\n\nSee [ref].\n\n[ref]: https://a.example\n';
  const wanted = flat(plans(source));
  for (const step of [1, 2, 7, 40]) {
    const growing = new GrowingText();
    for (let end = step; end < source.length; end += step) assert.ok(growing.update(source.slice(0, end)).length >= 0);
    assert.equal(flat(growing.update(source, true).map(plan)), wanted, `step ${step}`);
  }
});

test('blocks that are done are the same objects while the text grows', () => {
  const growing = new GrowingText();
  const first = growing.update('a\n\nb\n\nc\n\nd');
  const second = growing.update('a\n\nb\n\nc\n\nd\n\ne f');
  assert.equal(first[0], second[0]);
  assert.equal(second.map(({ raw }) => raw.trim()).join(','), 'a,b,c,d,e f');
});

const kinds = (text, language) => tokens(text, language).filter(([kind]) => kind).map(([kind, part]) => `${kind}:${part}`);

test('code is cut into tokens, and all of it is there', () => {
  assert.deepEqual(kinds('const a = f("x // y"); // z', 'js'), ['keyword:const', 'function:f', 'string:"x // y"', 'comment:// z']);
  assert.deepEqual(kinds('def greet(n): # hi\n  return 12', 'python'), ['keyword:def', 'function:greet', 'comment:# hi', 'keyword:return', 'number:12']);
  assert.deepEqual(kinds('echo "$HOME" $# ${x} # c', 'bash'), ['keyword:echo', 'string:"$HOME"', 'property:${x}', 'comment:# c']);
  assert.deepEqual(kinds('{"a": [true, "b", -1.5e3]}', 'json'), ['property:"a"', 'keyword:true', 'string:"b"', 'number:1.5e3']);
  assert.deepEqual(kinds('a-b: "c" # d', 'yaml'), ['property:a-b', 'string:"c"', 'comment:# d']);
  assert.deepEqual(kinds('<a href="x">y</a>', 'html'), ['tag:<a', 'property:href', 'string:"x"', 'tag:>', 'tag:</a', 'tag:>']);
  assert.deepEqual(kinds('+a\n-b\n c', 'diff'), ['inserted:+a', 'deleted:-b']);
  assert.deepEqual(kinds('SELECT a FROM b -- c', 'sql'), ['keyword:SELECT', 'keyword:FROM', 'comment:-- c']);
  for (const language of ['js', 'python', 'yaml', 'toml', 'json', 'html', 'css', 'sql', 'diff']) {
    const text = '<!-- "open\n/* `x\n\'\'\' @media [a] + - # ; $ {\n';
    assert.equal(tokens(text, language).map(([, part]) => part).join(''), text, language);
  }
  assert.equal(tokens('x', 'klingon'), null);
});

test('colouring code that was written to be slow is not', () => {
  for (const language of ['js', 'python', 'yaml', 'toml', 'json', 'html', 'css', 'sql', 'diff']) {
    for (const unit of ['"\\', '/*', '`', "'''", '<!--', '<!a', '#', '[', '-', 'a', 'a.', ' ', '0_', '${', '"a"  ', '@', '\n ', 'a ', 'a$', 'a-', '\'a']) {
      const began = performance.now();
      tokens(unit.repeat(50_000 / unit.length), language);
      assert.ok(performance.now() - began < 400, `${language} ${unit}`);
    }
  }
});
