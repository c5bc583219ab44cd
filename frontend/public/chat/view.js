import { get, patch, path, post, remove } from '../core/api.js';
import { button, el, fill, head, icon, iconButton, t } from '../core/dom.js';
import { chatPath, navigate, newChatPath } from '../core/router.js';
import { markRead, readChat, readOlder, store } from '../core/store.js';
import { announce, copy, errorToast, menu, undoable } from '../core/ui.js';
import { chatMenu } from '../sidebar/sidebar.js';
import { errorCard } from './cards.js';
import { Composer } from './composer.js';
import { details, edit, emptyChat, MessageList } from './message.js';

/** A chat; a new one while `conversation` is null. */
export class ChatView {
  #off = [];
  #frame = 0;
  #older = null;
  #touched = new Set();

  constructor(backend, conversation, { onMenu }) {
    Object.assign(this, { backend, conversation, model: conversation?.model || backend.models[0] });
    this.notice = el('div.notice');
    this.top = el('div.older');
    this.acts = messageActs(this);
    this.messages = new MessageList(backend, this.acts);
    this.column = el('div.column', this.top, this.messages.element, this.notice);
    this.log = el('div.log', { role: 'log', 'aria-live': 'off', 'aria-label': t('conversation'), tabIndex: 0 }, this.column);
    this.title = el('h1', { tabIndex: -1 });
    this.chip = button('', () => pickModel(this), 'chip', { 'aria-haspopup': 'menu' });
    this.more = iconButton('more', t('chat_menu'), () => chatMenu(this.more, this.conversation, this.title), { 'aria-haspopup': 'menu' });
    this.composer = new Composer({
      placeholder: t('message_to', { name: backend.display_name }), draftKey: conversation?.id ?? `new.${backend.name}`, below: this.chip,
      onSend: (content, images) => this.send(images.length > 0 ? { content, images } : { content }), onStop: () => this.stop(), onEditLast: () => this.#editLast(),
    });
    this.scroll = new Scroll(this.log, this.column);
    this.element = el('div.chat',
      head(onMenu, this.title, this.more),
      this.log, el('div.foot', this.scroll.pill, this.composer.element));
    this.log.addEventListener('scroll', () => { if (this.log.scrollTop < 400) this.#readOlder(); }, { passive: true });
    this.element.addEventListener('dragover', (event) => { if ([...event.dataTransfer.types].includes('Files')) event.preventDefault(); });
    this.element.addEventListener('drop', (event) => this.composer.take(event, event.dataTransfer));
    this.#listen();
    this.#draw();
  }

  /** `anchor` is a message to be shown. */
  async open(anchor) {
    this.composer.focus();
    if (!this.conversation) return;
    try {
      await readChat(this.conversation.id);
      if (anchor) await this.show(anchor);
    } catch (error) {
      if (error.status !== 401) fill(this.notice, errorCard(error, { onRetry: () => { fill(this.notice); this.open(anchor); } }));
    }
  }

  async show(anchor) {
    const { id } = this.conversation;
    while (!this.#find(anchor) && store.state.chats.get(id)?.next) await readOlder(id);
    this.scroll.release();
    this.#draw();
    const element = document.getElementById(`m-${anchor}`);
    element?.scrollIntoView({ block: 'center' });
    element?.classList.add('found');
  }

  focus() {
    this.composer.focus();
  }

  close() {
    for (const off of this.#off) off();
    this.messages.close();
    cancelAnimationFrame(this.#frame);
    this.scroll.close();
  }

  /** Answers whether the server took it. */
  async send(body) {
    fill(this.notice);
    const isNew = !this.conversation;
    try {
      if (isNew) {
        const { conversation } = await post('/api/conversations', { backend: this.backend.name, model: this.model });
        store.state.conversations.set(conversation.id, conversation);
        store.state.chats.set(conversation.id, { list: [], next: null });
        this.conversation = conversation;
        this.composer.draftKey = conversation.id;
        this.#listen();
        // This view stays.
        history.replaceState(null, '', chatPath(conversation));
        store.emit('shown', conversation);
      }
      const answer = await post(path(['api', 'conversations', this.conversation.id, 'runs']), { ...body, model: this.model });
      if (answer.conversation) store.state.conversations.set(answer.conversation.id, answer.conversation);
      store.apply({ type: 'run', data: answer });
      if (body.edit || body.regenerate) await readChat(this.conversation.id);
      this.scroll.toEnd();
      if (this.#running()) announce('started');
      return true;
    } catch (error) {
      if (isNew && this.conversation && error.status >= 400 && error.status !== 401) this.#unmake();
      if (error.status !== 401) this.#refused(error, body);
      return false;
    }
  }

  async stop() {
    const running = this.#running();
    if (!running?.run_id) return;
    await post(path(['api', 'runs', running.run_id, 'stop'])).then(({ run }) => this.#stopped(run)).catch(errorToast);
  }

  /** The event of the end may be late or lost. */
  async #stopped(run) {
    const { message } = await get(path(['api', 'runs', run.id]));
    store.apply({ type: 'run', data: { run, message } });
  }

  #unmake() {
    const { conversation } = this;
    this.conversation = null;
    this.composer.draftKey = `new.${this.backend.name}`;
    history.replaceState(null, '', newChatPath(this.backend.name));
    store.shown = null;
    remove(path(['api', 'conversations', conversation.id])).catch(() => {});
    store.apply({ type: 'conversation.deleted', data: { id: conversation.id } });
  }

  #refused(error, body) {
    if (!error.status) return errorToast(error);
    fill(this.notice, errorCard(error, { onRetry: () => { if (body.content !== undefined && !body.edit) this.composer.send(); else this.send(body); } }));
    this.scroll.toEnd();
  }

  #listen() {
    const redraw = () => this.#later(null);
    if (this.#off.length === 0) this.#off.push(store.on('runners', redraw), store.on('conversations', redraw));
    const changed = (event) => this.#later(event?.type?.startsWith('run.') ? event.data.message_id : null);
    if (this.conversation) this.#off.push(store.on(`chat:${this.conversation.id}`, changed));
  }

  /** Draws a message, or everything for null. */
  #later(message) {
    this.#touched.add(message);
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      const touched = [...this.#touched];
      this.#touched.clear();
      if (touched.every((id) => this.messages.get(id))) for (const id of touched) this.messages.get(id).update(this.#find(id));
      else this.#draw();
    });
  }

  #chat() {
    return this.conversation && store.state.chats.get(this.conversation.id);
  }

  #find(id) {
    return this.#chat()?.list.findLast((message) => message.id === id);
  }

  #running() {
    return this.#chat()?.list.findLast((message) => message.status === 'running');
  }

  #draw() {
    const current = this.conversation && store.state.conversations.get(this.conversation.id);
    if (current) this.conversation = current;
    const { conversation } = this;
    const title = conversation?.title || t('new_chat');
    if (!this.title.isContentEditable && this.title.textContent !== title) this.title.textContent = title;
    document.title = `${title} · ${store.state.config.name ?? 'Agents'}`;
    this.more.hidden = !conversation;
    fill(this.chip, this.backend.display_name, this.model && this.model !== this.backend.name && el('small', this.model), icon('chevron'));
    const list = this.#chat()?.list ?? [];
    this.messages.draw(list);
    fill(this.top, this.#chat()?.next ? el('p.quiet', t('loading_older')) : null);
    const isEmpty = list.length === 0 && (!conversation || this.#chat());
    if (isEmpty !== Boolean(this.empty)) {
      this.empty?.remove();
      this.empty = isEmpty ? emptyChat(this.backend, (text) => { this.composer.input.value = text; this.composer.send(); }) : null;
      if (this.empty) this.column.prepend(this.empty);
    }
    const running = this.#running();
    if (this.wasRunning && !running) announce(list.at(-1)?.status === 'failed' ? 'failed' : 'finished');
    this.wasRunning = Boolean(running);
    this.composer.setRunning(Boolean(running));
    if (conversation && !document.hidden && this.read !== conversation.updated_at) {
      this.read = conversation.updated_at;
      markRead(conversation);
    }
  }

  view(id) {
    return this.messages.get(id);
  }

  redraw() {
    this.#draw();
  }

  #readOlder() {
    if (!this.#chat()?.next || this.#older) return;
    this.#older = readOlder(this.conversation.id).then(() => this.scroll.hold(() => this.#draw())).catch(errorToast).finally(() => { this.#older = null; });
  }

  #editLast() {
    const last = this.#chat()?.list.findLast((message) => message.role === 'user');
    if (last) this.acts.edit(last);
  }

  setModel(model) {
    this.model = model;
    this.#draw();
    if (this.conversation) patch(path(['api', 'conversations', this.conversation.id]), { model }).catch(errorToast);
  }

  async removeMessage(id, options) {
    await remove(path(['api', 'conversations', this.conversation.id, 'messages', id]), options);
    if (!options?.keepalive) await readChat(this.conversation.id);
  }
}

/** What the buttons of a message do. `hidden` wait for their deletion. */
function messageActs(chat) {
  const hidden = new Set();
  return {
    hidden,
    copy: (message) => copy(message.content),
    retry: (message) => chat.send({ regenerate: message.id }),
    cancel: () => chat.stop(),
    restart: () => post(path(['api', 'runners', chat.backend.name, 'recycle'])).catch(errorToast),
    details,
    edit: (message) => edit(chat, message),
    sibling(head) {
      patch(path(['api', 'conversations', chat.conversation.id]), { head }).then(() => readChat(chat.conversation.id)).catch(errorToast);
    },
    remove(message) {
      hidden.add(message.id);
      chat.redraw();
      undoable(t('message_deleted'), (options) => chat.removeMessage(message.id, options), () => { hidden.delete(message.id); chat.redraw(); });
    },
  };
}

function pickModel(chat) {
  const own = chat.backend.models.map((model) => ({ label: model === chat.model ? `✓ ${model}` : model, run: () => chat.setModel(model) }));
  const others = store.state.backends.filter((backend) => backend.name !== chat.backend.name && !backend.disabled)
    .map((backend, index) => ({ apart: index === 0, label: t('new_chat_with', { name: backend.display_name }), run: () => navigate(newChatPath(backend.name)) }));
  menu(chat.chip, [...own, ...others]);
}

/** Keeps the end of `log` in view while `content` grows and nobody looks elsewhere. */
class Scroll {
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

  release() {
    this.#state = { ...this.#state, pinned: false };
  }

  toEnd(smooth = false) {
    this.#state = pinAfter(this.#state, { type: 'jump' });
    this.pill.hidden = true;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: smooth && !calm ? 'smooth' : 'instant' });
  }

  /** What is looked at stays where it is while something is added above. */
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

/** Pixels from the end that count as the end. */
const near = 24;

/** Whether the end stays in view. Only what a person does lets go; coming back takes hold again. */
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
