import { button, el, icon, link } from '../core/dom.js';
import { t } from '../core/i18n.js';
import { isUp } from '../core/state.js';
import { store } from '../core/store.js';
import { MessageView } from './message.js';

/** The messages of a chat as elements, which stay while their messages do. */
export class MessageList {
  #views = new Map();

  constructor(backend, acts) {
    Object.assign(this, { backend, acts });
    this.element = el('div', { className: 'messages' });
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

/** What a chat without a word says: what happens next, and something to begin with. */
export function emptyChat(backend, onPick) {
  const needsKey = backend.user_overridable_env.includes('LLM_API_KEY');
  return el('div', { className: 'empty' },
    el('div', { className: 'emblem' }, icon('spark')),
    el('h2', {}, t('empty_title', { name: backend.display_name })),
    el('p', {}, t(isUp(store.state.runners[backend.name]) ? 'empty_warm' : 'empty_cold')),
    el('div', { className: 'suggestions' }, ['suggest.1', 'suggest.2', 'suggest.3'].map((key) => button(t(key), () => onPick(t(key)), 'suggestion'))),
    needsKey && el('p', { className: 'quiet' }, t('empty_key'), ' ', link('/settings/keys', {}, t('open_keys'))));
}
