import { button, el, icon, t, visible } from '../core/dom.js';
import { copy } from '../core/ui.js';
import { GrowingText } from './blocks.js';

/** A plan as elements. Texts become text nodes, whatever they hold. */
function build(item) {
  if (typeof item === 'string') return document.createTextNode(item);
  const [tag, props, ...children] = item;
  if (tag === 'code-block') return codeBlock(props);
  if (tag === 'image-link') {
    return el('a.image-link', { href: props.href, target: '_blank', rel: 'noopener noreferrer nofollow' },
      icon('image'), el('span', props.text || props.host), el('small', props.host));
  }
  const element = el(tag, props);
  for (const child of children) element.append(build(child));
  return element;
}

/** Shows a growing Markdown text, at most once per frame and less often when slow. Blocks that did not change stay. */
export class MarkdownView {
  #growing = new GrowingText();
  #shown = [];
  #text = null;
  #isComplete = false;
  #frame = 0;
  #rest = 0;

  constructor(element) {
    this.element = element;
  }

  show(text, isComplete) {
    if (this.#text === text && this.#isComplete === isComplete) return;
    const isUrgent = this.#text === null || isComplete;
    this.#text = text;
    this.#isComplete = isComplete;
    if (isUrgent) this.#draw();
    else this.#frame ||= requestAnimationFrame(this.#step);
  }

  #step = (now) => {
    if (now < this.#rest) this.#frame = requestAnimationFrame(this.#step);
    else this.#draw();
  };

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const began = performance.now();
    const blocks = this.#growing.update(this.#text, this.#isComplete);
    const { element } = this;
    let same = 0;
    while (same < blocks.length && blocks[same] === this.#shown[same]) same += 1;
    const [tag, props] = blocks[same] ?? [];
    const grows = !this.#isComplete && tag === 'code-block' && same === blocks.length - 1 && element.children.length === blocks.length && element.children[same].grow?.(props);
    if (!grows) {
      while (element.children.length > same) element.lastElementChild.remove();
      for (const plan of blocks.slice(same)) element.append(build(plan));
    }
    this.#shown = blocks;
    if (this.#isComplete) for (const block of element.querySelectorAll('.code')) block.finish();
    const cost = performance.now() - began;
    this.#rest = performance.now() + (cost > 8 ? cost * 4 : 0);
  }
}

/** A block of code with buttons. `grow(props)` adds to it and answers whether it could; `finish()` colours it. */
function codeBlock({ language, text }) {
  const code = el('code', visible(text));
  const pre = el('pre', { tabIndex: 0, dir: 'ltr', 'aria-label': t('code', { language }) }, code);
  const wrap = button([icon('wrap'), t('wrap')], () => {
    wrap.setAttribute('aria-pressed', String(pre.classList.toggle('wrapped')));
  }, 'tiny', { 'aria-pressed': 'false' });
  const element = el('div.code',
    el('div.code-head', el('span', language || t('text')), wrap, button([icon('copy'), t('copy')], () => copy(text), 'tiny')), pre);
  let isColoured = false;
  element.grow = (props) => {
    if (isColoured || props.language !== language || !props.text.startsWith(text)) return false;
    if (props.text.length > text.length) code.append(visible(props.text.slice(text.length)));
    text = props.text;
    return true;
  };
  element.finish = () => {
    if (isColoured) return;
    isColoured = true;
    if (language) highlight(code, text, language);
  };
  return element;
}

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
function highlight(code, text, language) {
  (globalThis.requestIdleCallback ?? setTimeout)(async () => {
    const found = code.isConnected && await tokens(text, language).catch(() => { languages = null; });
    if (found) code.replaceChildren(...found.map(([kind, part]) => (kind ? el(`span.token.${kind}`, visible(part)) : document.createTextNode(visible(part)))));
  });
}
