import { ApiError, events } from './api.js';
import { coldStartCard, followStart } from './coldstart.js';
import { el, fill } from './dom.js';

/**
 * A conversation with one backend, kept in memory. It goes on while another one is shown.
 * `onActivity()` is called when a runner may have started or become idle; `onSignedOut()` when the session is over.
 */
export class Chat {
  constructor(backend, { onActivity, onSignedOut }) {
    this.backend = backend;
    this.onActivity = onActivity;
    this.onSignedOut = onSignedOut;
    /** What was said, as the API wants it. */
    this.messages = [];
    /** Aborts the reply under way; null when there is none. */
    this.running = null;

    this.model = el('select', { 'aria-label': 'Model', hidden: backend.models.length < 2 },
      backend.models.map((name) => el('option', {}, name)));
    this.log = el('div', { className: 'log', role: 'log', 'aria-live': 'off' });
    this.input = el('textarea', {
      rows: 1, placeholder: `Message ${backend.display_name}`, 'aria-label': 'Message',
      oninput: () => this.grow(), onkeydown: (event) => this.keyDown(event),
    });
    this.button = el('button', { type: 'submit', className: 'primary' }, 'Send');
    this.composer = el('form', { className: 'composer', onsubmit: (event) => this.submitted(event) }, this.input, this.button);
    this.empty = el('p', { className: 'empty' },
      'Say something. The first message starts your own container of this agent.');
    this.log.append(this.empty);
    this.element = el('main', { className: 'chat' },
      el('header', {}, el('h1', {}, backend.display_name), this.model), this.log, this.composer);
  }

  focus() {
    this.input.focus();
  }

  keyDown(event) {
    if (event.key === 'Escape') this.running?.abort();
    // While an input method composes, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.composer.requestSubmit();
  }

  grow() {
    this.input.style.height = 'auto';
    this.input.style.height = `${this.input.scrollHeight}px`;
  }

  submitted(event) {
    event.preventDefault();
    if (this.running) return this.running.abort();
    const content = this.input.value.trim();
    if (!content) return;
    this.input.value = '';
    this.grow();
    this.empty.remove();
    this.messages.push({ role: 'user', content });
    this.log.append(bubble('user', content));
    this.reply();
  }

  /** Asks for the answer to what was said last. */
  async reply() {
    const abort = new AbortController();
    this.setRunning(abort);
    const card = coldStartCard();
    const waiting = el('p', { className: 'waiting', 'aria-label': 'Waiting for the agent' }, '…');
    const pending = el('div', { className: 'message assistant', 'aria-busy': true }, waiting);
    const text = el('div', { className: 'text' });
    const writer = textWriter(text, () => this.scroll());
    let answer = '';
    this.log.append(pending);
    this.scroll(true);

    const start = new AbortController();
    followStart(this.backend.name, (progress) => {
      card.show(progress);
      if (progress.progress < 100) waiting.replaceWith(card.element);
      if (progress.stage !== 'snapshot') this.onActivity();
    }, AbortSignal.any([abort.signal, start.signal]));

    try {
      const body = { model: this.model.value, messages: this.messages, stream: true };
      for await (const data of events('POST', '/v1/chat/completions', body, abort.signal)) {
        if (data === '[DONE]') break;
        const delta = contentOf(JSON.parse(data));
        if (!delta) continue;
        if (!answer) fill(pending, text);
        answer += delta;
        writer.show(answer);
      }
      if (!answer) throw new ApiError('The agent ended its answer without a word.');
    } catch (error) {
      if (error.status === 401) this.onSignedOut();
      if (!answer) pending.replaceChildren();
      pending.append(error.name === 'AbortError' ? el('p', { className: 'stopped' }, 'Stopped.') : this.errorCard(error, pending));
    } finally {
      start.abort();
      card.end();
      if (answer) {
        writer.flush();
        this.messages.push({ role: 'assistant', content: answer });
      }
      pending.removeAttribute('aria-busy');
      this.setRunning(null);
      this.scroll();
      this.onActivity();
    }
  }

  setRunning(abort) {
    this.running = abort;
    this.button.textContent = abort ? 'Stop' : 'Send';
    this.button.classList.toggle('primary', !abort);
  }

  errorCard(error, pending) {
    const facts = [error.status || null, error.code, error.requestId].filter(Boolean).join(' · ');
    const retry = el('button', {
      type: 'button',
      onclick: () => {
        if (this.running) return;
        if (this.messages.at(-1)?.role === 'assistant') this.messages.pop();
        pending.remove();
        this.reply();
      },
    }, 'Try again');
    return el('div', { className: 'error', role: 'alert' },
      el('p', {}, error.message), facts && el('p', { className: 'facts' }, facts), retry);
  }

  /** Keeps the end in view unless the reader has scrolled away from it. */
  scroll(always = false) {
    const distance = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight;
    if (always || distance < 120) this.log.scrollTop = this.log.scrollHeight;
  }
}

function bubble(role, content) {
  return el('div', { className: `message ${role}` }, el('div', { className: 'text' }, content));
}

/** The words of one chunk. A chunk may be an error: then it throws. */
function contentOf(chunk) {
  if (chunk.error) throw new ApiError(chunk.error.message, { code: chunk.error.code });
  return chunk.choices?.[0]?.delta?.content ?? '';
}

/** Writes a growing text into `element`, at most once per frame. */
function textWriter(element, onWritten) {
  let latest = '';
  let frame = 0;
  const write = () => {
    frame = 0;
    element.textContent = latest;
    onWritten();
  };
  return {
    show(text) {
      latest = text;
      frame ||= requestAnimationFrame(write);
    },
    flush() {
      cancelAnimationFrame(frame);
      write();
    },
  };
}
