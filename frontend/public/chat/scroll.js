import { button, icon } from '../core/dom.js';
import { t } from '../core/i18n.js';

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

/** Nearer to the end than this is at the end; pixels. */
const near = 24;

/**
 * Whether the end of the log stays in view, after `event`. `state` is `{pinned, top, height}`. Only what a person does
 * lets go: wheel, touch, keys, a selection, the scroll bar. Coming back to the end takes hold again.
 */
export function pinAfter(state, event) {
  switch (event.type) {
    case 'wheel': return { ...state, pinned: state.pinned && event.deltaY >= 0 };
    case 'touch': case 'select': return { ...state, pinned: false };
    case 'key': return { ...state, pinned: state.pinned && !['PageUp', 'Home', 'ArrowUp'].includes(event.key) };
    case 'jump': return { ...state, pinned: true };
    case 'scroll': {
      const { top, height, view } = event;
      const atEnd = height - top - view <= near;
      const grew = height !== state.height;
      const movedUp = top < state.top - 1;
      const pinned = atEnd && !movedUp ? true : state.pinned && !(movedUp && !grew && !atEnd);
      return { pinned, top, height };
    }
    default: return state;
  }
}
