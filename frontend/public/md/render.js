import { el, icon } from '../core/dom.js';
import { GrowingText } from './blocks.js';
import { codeBlock } from './code.js';
import { plan } from './plan.js';

/** A plan as elements; see plan.js. Texts become text nodes, whatever they hold. */
export function build(item) {
  if (typeof item === 'string') return document.createTextNode(item);
  const [tag, props, ...children] = item;
  if (tag === 'code-block') return codeBlock(props);
  if (tag === 'image-link') {
    return el('a', { className: 'image-link', href: props.href, target: '_blank', rel: 'noopener noreferrer nofollow' },
      icon('image'), el('span', {}, props.text || props.host), el('small', {}, props.host));
  }
  return el(tag, props, ...children.map(build));
}

/**
 * Shows a growing Markdown text in `element`, at most once per frame and less often when it becomes slow. The elements
 * of blocks that did not change stay.
 */
export class MarkdownView {
  #text = new GrowingText();
  #shown = [];
  #latest = '';
  #complete = false;
  #frame = 0;
  #rest = 0;
  #drawn = null;

  constructor(element) {
    this.element = element;
  }

  show(text, isComplete) {
    if (this.#drawn === text && this.#complete === isComplete) return;
    this.#latest = text;
    this.#complete = isComplete;
    if (this.#drawn === null || isComplete) {
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
      this.#draw();
    } else {
      this.#frame ||= requestAnimationFrame((now) => this.#step(now));
    }
  }

  #step(now) {
    if (now < this.#rest) {
      this.#frame = requestAnimationFrame((later) => this.#step(later));
      return;
    }
    this.#frame = 0;
    this.#draw();
  }

  #draw() {
    const began = performance.now();
    const tokens = this.#text.update(this.#latest, this.#complete);
    const { element } = this;
    let same = 0;
    while (same < tokens.length && same < this.#shown.length && tokens[same].raw === this.#shown[same].raw
      && tokens[same].type === this.#shown[same].type) same += 1;
    const last = tokens.at(-1);
    const growing = !this.#complete && last?.type === 'code' && same === tokens.length - 1 && this.#shown[same]?.type === 'code' && this.#shown.length === tokens.length;
    if (growing && element.children[same]?.grow?.(plan(last)[1])) {
      this.#shown = tokens;
    } else {
      while (element.children.length > same) element.lastElementChild.remove();
      element.append(...tokens.slice(same).map((token) => build(plan(token))));
      this.#shown = tokens;
    }
    if (this.#complete) for (const block of element.querySelectorAll('.code')) block.finish();
    this.#drawn = this.#latest;
    const cost = performance.now() - began;
    this.#rest = performance.now() + (cost > 8 ? cost * 4 : 0);
  }
}
