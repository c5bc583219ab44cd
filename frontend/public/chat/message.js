import { button, duration, el, facts, fill, icon, iconButton, link, moment, number, t, visible } from '../core/dom.js';
import { isUp, store } from '../core/store.js';
import { dialog } from '../core/ui.js';
import { MarkdownView } from '../md/render.js';
import { errorCard, isStartFailure, StartCard } from './cards.js';

export class MessageList {
  #views = new Map();

  constructor(backend, acts) {
    Object.assign(this, { backend, acts });
    this.element = el('div.messages');
  }

  get(id) {
    return this.#views.get(id);
  }

  draw(list) {
    const shown = list.filter(({ id }) => !this.acts.hidden.has(id));
    const keep = new Set(shown.map(({ id }) => id));
    for (const [id, view] of this.#views) {
      if (keep.has(id)) continue;
      view.close();
      view.element.remove();
      this.#views.delete(id);
    }
    let position = this.element.firstElementChild;
    for (const message of shown) {
      const view = this.#view(message);
      if (view.element !== position) this.element.insertBefore(view.element, position);
      position = view.element.nextElementSibling;
    }
  }

  close() {
    for (const view of this.#views.values()) view.close();
  }

  #view(message) {
    let view = this.#views.get(message.id);
    if (!view) {
      view = new MessageView(message, this.backend, this.acts);
      this.#views.set(message.id, view);
    } else if (view.isRunning || message.status === 'running' || view.message !== message || view.siblings !== message.siblings) {
      view.update(message);
    }
    view.siblings = message.siblings;
    return view;
  }
}

export function emptyChat(backend, onPick) {
  const needsKey = backend.user_overridable_env.includes('LLM_API_KEY');
  return el('div.empty',
    el('div.emblem', icon('spark')),
    el('h2', t('empty_title', { name: backend.display_name })),
    el('p', t(isUp(store.state.runners[backend.name]) ? 'empty_warm' : 'empty_cold')),
    el('div.suggestions', ['suggest.1', 'suggest.2', 'suggest.3'].map((key) => button(t(key), () => onPick(t(key)), 'suggestion'))),
    needsKey && el('p.quiet', t('empty_key'), ' ', link('/settings/keys', {}, t('open_keys'))));
}

/** Milliseconds; a start that is over sooner is not shown. */
const patience = 250;

/** `acts` are what the buttons do; see view.js. */
class MessageView {
  constructor(message, backend, acts) {
    Object.assign(this, { message, backend, acts, born: Date.now() });
    const isUser = message.role === 'user';
    this.text = el('div', { className: isUser ? 'bubble' : 'prose', dir: 'auto' });
    this.before = el('div.before');
    this.after = el('div.after');
    this.bar = el('div.actions', { role: 'toolbar', 'aria-label': t('message_actions') });
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
    // The card shows the words of an error.
    this.content = message.role === 'error' && message.error ? '' : message.content;
    if (!this.markdown) this.text.textContent = visible(message.content);
    else this.markdown.show(this.content, !this.isRunning);
    this.text.hidden = this.content === '';
    this.element.toggleAttribute('aria-busy', this.isRunning);
    this.#traces();
    this.#start();
    const key = [message.status, this.content === '', message.siblings?.join(), message.error?.code, message.run_status, Boolean(this.card)].join('|');
    if (this.key === key) return;
    this.key = key;
    this.#end();
    this.#actions();
  }

  close() {
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

  /** The card of a start is within the answer that waits for it, and stays when it failed. */
  #start() {
    const { message, backend } = this;
    const runner = store.state.runners[backend.name];
    const hasBegun = this.content !== '' || message.reasoning !== '' || message.tools?.length > 0;
    const waits = this.isRunning && !hasBegun && message.run_status !== 'running' && !isUp(runner);
    const failed = message.status === 'failed' && !hasBegun && isStartFailure(message.error);
    if (waits && !this.card) {
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

  #openCard() {
    this.card = new StartCard(this.backend, { onCancel: () => this.acts.cancel(this.message), onRetry: () => this.acts.retry(this.message) });
    this.before.prepend(this.card.element);
  }

  #end() {
    const { message, acts } = this;
    const retry = button([icon('redo'), t('retry')], () => acts.retry(message), 'quiet');
    const isEmpty = this.isRunning && this.content === '';
    fill(this.after,
      isEmpty && el('p.dots', { role: 'img', 'aria-label': t('waiting') }, el('i'), el('i'), el('i')),
      message.status === 'stopped' && el('p.ended', t('stopped')),
      message.status === 'interrupted' && el('div.ended', el('p', t('interrupted')), retry),
      message.status === 'failed' && !this.card && errorCard(message.error ?? { status: 0, code: '', message: t('failed_unknown') },
        { onRetry: () => acts.retry(message), onRestart: () => acts.restart() }));
  }

  #actions() {
    const { message, acts } = this;
    if (this.isRunning) return fill(this.bar);
    const siblings = message.siblings ?? [message.id];
    const at = siblings.indexOf(message.id);
    const isUser = message.role === 'user';
    fill(this.bar,
      siblings.length > 1 && el('span.siblings',
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

function pictures(images) {
  return el('div.pictures', images.map(({ url }, index) => el('a', { href: url, target: '_blank', rel: 'noopener' },
    el('img', { src: url, alt: t('image_n', { n: index + 1 }), loading: 'lazy' }))));
}

/** What an agent thought, open while it thinks. */
class Thinking {
  constructor() {
    this.label = el('span');
    this.text = el('div.thoughts', { dir: 'auto' });
    this.element = el('details.trace', el('summary', icon('spark'), this.label), this.text);
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

/** A line for each thing the agent did. */
class Tools {
  #known = new Map();

  constructor() {
    this.element = el('div.tools');
  }

  update(tools) {
    for (const tool of tools) {
      let row = this.#known.get(tool.id);
      if (!row) {
        row = { label: el('span.name'), state: el('span.time'), body: el('div') };
        row.element = el('details.trace', el('summary', icon('terminal'), row.label, row.state), row.body);
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
      row.state.textContent = isRunning ? t('runs') : [tool.duration_ms != null && duration(tool.duration_ms), tool.status === 'failed' ? '✗' : '✓'].filter(Boolean).join(' ');
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
    // Not JSON.
  }
  return value.replace(/\s+/g, ' ').slice(0, 80);
}

/** Saving makes another version of the message, and an answer. */
export function edit(chat, message) {
  const view = chat.view(message.id);
  if (!view || view.editor) return;
  const input = el('textarea', { value: message.content, 'aria-label': t('edit_message'), dir: 'auto', onkeydown: (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter' && !event.shiftKey) save();
    else return;
    event.preventDefault();
  } });
  const close = () => {
    view.editor.remove();
    view.editor = null;
    view.text.hidden = view.bar.hidden = false;
    chat.focus();
  };
  const save = async () => {
    const content = input.value.trim();
    if (!content) return;
    close();
    await chat.send({ edit: message.id, content });
  };
  view.editor = el('div.editor', input,
    el('div.row', button(t('cancel'), close), button(t('save_and_send'), save, 'primary')));
  view.text.hidden = view.bar.hidden = true;
  view.text.after(view.editor);
  input.style.height = `${Math.min(Math.max(input.scrollHeight + 4, 72), innerHeight * 0.5)}px`;
  input.focus();
  input.setSelectionRange(input.value.length, input.value.length);
}

export function details(message) {
  const tokens = message.usage;
  const rows = [
    ['model', message.model], ['time', moment(message.created_at)], ['took', message.duration_ms != null && duration(message.duration_ms)],
    ['tokens', tokens && t('tokens_of', { prompt: number(tokens.prompt_tokens), completion: number(tokens.completion_tokens), total: number(tokens.total_tokens) })],
    ['status', t(`status.${message.status}`)], ['run', message.run_id], ['request', message.request_id ?? message.error?.request_id], ['link', `${location.origin}${location.pathname}#m-${message.id}`],
  ];
  dialog({ title: t('details'), body: facts(rows) });
}
