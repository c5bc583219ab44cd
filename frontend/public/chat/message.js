import { el, fill, icon, iconButton } from '../core/dom.js';
import { duration, t } from '../core/i18n.js';
import { isUp } from '../core/state.js';
import { store } from '../core/store.js';
import { MarkdownView } from '../md/render.js';
import { visible } from '../md/safe.js';
import { errorCard, isStartFailure } from './error-card.js';

/** A start that is over sooner than this is not shown: milliseconds. */
const patience = 250;

/** Loaded when the first start is waited for. */
let StartCard = null;

/** One message. `acts` are what its buttons do: copy, edit, regenerate, remove, details, sibling, retry, cancel, restart. */
export class MessageView {
  constructor(message, backend, acts) {
    Object.assign(this, { message, backend, acts, born: Date.now() });
    const isUser = message.role === 'user';
    this.text = el('div', { className: isUser ? 'bubble' : 'prose', dir: 'auto' });
    this.before = el('div', { className: 'before' });
    this.after = el('div', { className: 'after' });
    this.bar = el('div', { className: 'actions', role: 'toolbar', 'aria-label': t('message_actions') });
    this.element = el('article', {
      className: `message ${isUser ? 'user' : 'assistant'}`, id: `m-${message.id}`, 'aria-label': t(isUser ? 'you_said' : 'agent_said', { name: backend.display_name }),
    }, message.images?.length > 0 && pictures(message.images), this.before, this.text, this.after, this.bar);
    if (!isUser) this.markdown = new MarkdownView(this.text);
    this.update(message);
  }

  get isRunning() {
    return this.message.status === 'running';
  }

  update(message) {
    this.message = message;
    // An answer that never began holds the error's words, which its card shows.
    this.content = message.role === 'error' && message.error ? '' : message.content;
    if (!this.markdown) this.text.textContent = visible(message.content);
    else this.markdown.show(this.content, !this.isRunning);
    this.text.hidden = this.content === '';
    this.element.toggleAttribute('aria-busy', this.isRunning);
    this.#traces();
    this.#start();
    const key = [message.status, this.content === '', message.siblings?.join(), message.error?.code, message.run_status, Boolean(this.card), this.cardComes].join('|');
    if (this.key === key) return;
    this.key = key;
    this.#end();
    this.#actions();
  }

  close() {
    this.isClosed = true;
    this.card?.close();
    clearTimeout(this.later);
  }

  #traces() {
    const { reasoning, tools } = this.message;
    if (reasoning) {
      if (!this.thinking) this.before.append((this.thinking = new Thinking()).element);
      this.thinking.update(this.message, this.isRunning);
    }
    if (tools?.length > 0) {
      if (!this.tools) this.before.append((this.tools = new Tools()).element);
      this.tools.update(tools);
    }
  }

  /** The card of the start is inside of the answer that waits for it, and stays when the start failed. */
  #start() {
    const { message, backend } = this;
    const runner = store.state.runners[backend.name];
    const hasBegun = this.content !== '' || message.reasoning !== '' || message.tools?.length > 0;
    const waits = this.isRunning && !hasBegun && message.run_status !== 'running' && !isUp(runner);
    const failed = message.status === 'failed' && !hasBegun && isStartFailure(message.error);
    if (waits && !this.card) {
      this.#loadCard();
      if (Date.now() - this.born < patience) {
        clearTimeout(this.later);
        this.later = setTimeout(() => this.update(this.message), patience);
        return;
      }
      this.#openCard();
    } else if (failed) {
      if (!this.card) this.#openCard();
      this.card?.fail(message.error);
    } else if (this.card && !waits) {
      this.card.close();
      this.card.element.remove();
      this.card = null;
    }
  }

  /** Draws the message again once the card can be made; without it a failed start is an error like others. */
  #loadCard() {
    if (StartCard || this.cardComes !== undefined) return;
    this.cardComes = true;
    import('./start-card.js').then((module) => { StartCard = module.StartCard; }).catch(() => {}).then(() => {
      this.cardComes = false;
      if (!this.isClosed) this.update(this.message);
    });
  }

  #openCard() {
    this.#loadCard();
    if (!StartCard) return;
    this.card = new StartCard(this.backend, { onCancel: () => this.acts.cancel(this.message), onRetry: () => this.acts.retry(this.message) });
    this.before.prepend(this.card.element);
  }

  #end() {
    const { message, acts } = this;
    const retry = el('button', { type: 'button', className: 'button quiet', onclick: () => acts.retry(message) }, icon('redo'), t('retry'));
    const isEmpty = this.isRunning && this.content === '';
    fill(this.after,
      isEmpty && el('p', { className: 'dots', role: 'img', 'aria-label': t('waiting') }, el('i'), el('i'), el('i')),
      message.status === 'stopped' && el('p', { className: 'ended' }, t('stopped')),
      message.status === 'interrupted' && el('div', { className: 'ended' }, el('p', {}, t('interrupted')), retry),
      message.status === 'failed' && !this.card && !(this.cardComes && isStartFailure(message.error)) && errorCard(message.error ?? { status: 0, code: '', message: t('failed_unknown') },
        { onRetry: () => acts.retry(message), onRestart: () => acts.restart() }));
  }

  #actions() {
    const { message, acts } = this;
    if (this.isRunning) return fill(this.bar);
    const siblings = message.siblings ?? [message.id];
    const at = siblings.indexOf(message.id);
    const isUser = message.role === 'user';
    fill(this.bar,
      siblings.length > 1 && el('span', { className: 'siblings' },
        iconButton('left', t('previous_version'), () => acts.sibling(siblings[at - 1]), { disabled: at <= 0 }),
        el('span', { 'aria-label': t('version_of', { at: at + 1, all: siblings.length }) }, `${at + 1}/${siblings.length}`),
        iconButton('right', t('next_version'), () => acts.sibling(siblings[at + 1]), { disabled: at >= siblings.length - 1 })),
      this.content && iconButton('copy', t('copy'), () => acts.copy(message)),
      isUser && iconButton('edit', t('edit'), () => acts.edit(message)),
      !isUser && iconButton('redo', t('regenerate'), () => acts.retry(message)),
      iconButton('info', t('details'), () => acts.details(message)),
      iconButton('trash', t('delete'), () => acts.remove(message)));
  }
}

/** A message's pictures, each a link to itself. */
function pictures(images) {
  return el('div', { className: 'pictures' }, images.map(({ url }, index) => el('a', { href: url, target: '_blank', rel: 'noopener' },
    el('img', { src: url, alt: t('image_n', { n: index + 1 }), loading: 'lazy' }))));
}

/** One collapsed line for what an agent thought, open while it thinks. */
export class Thinking {
  constructor() {
    this.label = el('span', {});
    this.text = el('div', { className: 'thoughts', dir: 'auto' });
    this.element = el('details', { className: 'trace' }, el('summary', {}, icon('spark'), this.label), this.text);
    this.began = Date.now();
  }

  update(message, isRunning) {
    const thinks = isRunning && !message.content;
    if (thinks) this.ended = Date.now();
    if (this.thinks !== thinks) {
      this.element.open = thinks;
      this.element.classList.toggle('live', thinks);
    }
    this.thinks = thinks;
    const took = this.ended ? this.ended - this.began : 0;
    this.label.textContent = thinks ? t('thinking') : took > 500 ? t('thought_for', { time: duration(took) }) : t('thoughts');
    if (this.shown !== message.reasoning.length) this.text.textContent = visible(message.reasoning);
    this.shown = message.reasoning.length;
  }
}

/** One collapsed line for each thing the agent did. */
export class Tools {
  #known = new Map();

  constructor() {
    this.element = el('div', { className: 'tools' });
  }

  update(tools) {
    for (const tool of tools) {
      let row = this.#known.get(tool.id);
      if (!row) {
        row = { label: el('span', { className: 'name' }), state: el('span', { className: 'time' }), body: el('div', {}) };
        row.element = el('details', { className: 'trace' }, el('summary', {}, icon('terminal'), row.label, row.state), row.body);
        this.#known.set(tool.id, row);
        this.element.append(row.element);
      }
      const key = JSON.stringify(tool);
      if (row.key === key) continue;
      row.key = key;
      const isRunning = tool.status === 'running';
      if (row.isRunning !== isRunning) row.element.open = isRunning;
      row.isRunning = isRunning;
      row.element.classList.toggle('live', isRunning);
      row.element.classList.toggle('bad', tool.status === 'failed');
      row.label.textContent = visible(`${tool.name}${brief(tool.arguments) ? `: ${brief(tool.arguments)}` : ''}`);
      row.state.textContent = isRunning ? t('runs') : [tool.duration_ms === null || tool.duration_ms === undefined ? '' : duration(tool.duration_ms), tool.status === 'failed' ? '✗' : '✓'].filter(Boolean).join(' ');
      fill(row.body, tool.arguments && el('pre', { tabIndex: 0 }, visible(tool.arguments)), tool.output && el('pre', { tabIndex: 0 }, visible(tool.output)));
    }
  }
}

/** The first value of the arguments, on one line. */
export function brief(text) {
  let value = text ?? '';
  try {
    const parsed = JSON.parse(value);
    if (parsed && typeof parsed === 'object') value = String(Object.values(parsed)[0] ?? '');
  } catch {
    // Not JSON: as it is.
  }
  return value.replace(/\s+/g, ' ').slice(0, 80);
}
