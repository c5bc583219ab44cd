import { button, icon } from '../core/dom.js';
import { t } from '../core/i18n.js';
import { pinAfter } from './pin.js';

/** Keeps the end of `log` in view while nobody looks elsewhere; see pin.js. `content` is the element that grows. */
export class Scroll {
  #state = { pinned: true, top: 0, height: 0 };

  constructor(log, content) {
    this.log = log;
    this.pill = button([icon('down'), t('new_below')], () => this.toEnd(true), 'pill', { hidden: true });
    const on = (type, event, options) => log.addEventListener(type, (happened) => this.#take({ type: event, deltaY: happened.deltaY, key: happened.key }), options);
    on('wheel', 'wheel', { passive: true });
    on('touchmove', 'touch', { passive: true });
    on('keydown', 'key');
    log.addEventListener('scroll', () => this.#take({ type: 'scroll', top: log.scrollTop, height: log.scrollHeight, view: log.clientHeight }), { passive: true });
    this.selected = () => {
      const selection = getSelection();
      if (selection && !selection.isCollapsed && log.contains(selection.anchorNode)) this.#take({ type: 'select' });
    };
    document.addEventListener('selectionchange', this.selected);
    this.observer = new ResizeObserver(() => this.#grown());
    this.observer.observe(content);
    this.observer.observe(log);
  }

  get isPinned() {
    return this.#state.pinned;
  }

  /** Lets go, such as when a certain message is shown. */
  release() {
    this.#state = { ...this.#state, pinned: false };
  }

  toEnd(smooth = false) {
    this.#state = pinAfter(this.#state, { type: 'jump' });
    this.pill.hidden = true;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: smooth && !calm ? 'smooth' : 'instant' });
  }

  /** Keeps what is looked at where it is while something is added above it. */
  hold(change) {
    const { scrollHeight, scrollTop } = this.log;
    change();
    this.log.scrollTop = scrollTop + this.log.scrollHeight - scrollHeight;
  }

  close() {
    document.removeEventListener('selectionchange', this.selected);
    this.observer.disconnect();
  }

  #take(event) {
    this.#state = pinAfter(this.#state, event);
    if (this.#state.pinned) this.pill.hidden = true;
  }

  #grown() {
    if (this.#state.pinned) this.log.scrollTop = this.log.scrollHeight;
    else this.pill.hidden = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
  }
}
