import { el } from '../core/dom.js';
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
