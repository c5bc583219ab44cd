import { button, el, fill, icon, iconButton } from '../core/dom.js';
import { t } from '../core/i18n.js';
import { read, write } from '../core/prefs.js';
import { errorToast } from '../core/toast.js';

/** What a key does in the composer: `send`, `stop`, `edit` (the last message) or null. */
export function keyMeaning(event, { isEmpty, isRunning, sendKey }) {
  // While an input method composes, keys belong to it.
  if (event.isComposing || event.keyCode === 229) return null;
  if (event.key === 'Escape') return isRunning ? 'stop' : null;
  if (event.key === 'ArrowUp') return isEmpty && !event.shiftKey ? 'edit' : null;
  if (event.key !== 'Enter' || event.shiftKey) return null;
  const withModifier = event.ctrlKey || event.metaKey;
  return sendKey === 'ctrl-enter' && !withModifier ? null : 'send';
}

/** The box to write in. `draftKey` names the chat whose unsent text is kept in this browser. */
export class Composer {
  constructor({ placeholder, draftKey, onSend, onStop, onEditLast, below }) {
    Object.assign(this, { draftKey, onSend, onStop, onEditLast, isRunning: false, isSending: false });
    this.input = el('textarea', {
      rows: 1, placeholder, 'aria-label': t('message'), value: read(`draft.${draftKey}`, ''), enterKeyHint: 'send', dir: 'auto',
      oninput: () => this.#changed(), onkeydown: (event) => this.#key(event), onpaste: (event) => this.take(event, event.clipboardData),
    });
    this.action = button(icon('send'), () => (this.isRunning ? this.onStop() : this.send()), 'round primary', { 'aria-label': t('send') });
    const file = el('input', { type: 'file', accept: 'image/*', multiple: true, hidden: true, onchange: () => { this.#attach([...file.files]); file.value = ''; } });
    this.element = el('form', { className: 'composer', onsubmit: (event) => { event.preventDefault(); this.send(); } },
      this.input, el('div', { className: 'below' }, iconButton('image', t('attach_image'), () => file.click()), file, below, el('span', { className: 'hint' }, t(read('sendKey') === 'ctrl-enter' ? 'hint_ctrl_enter' : 'hint_enter')), this.action));
    // The height is known once the box is on the page.
    requestAnimationFrame(() => this.#grow());
    this.#look();
  }

  focus() {
    // A keyboard that slides up on its own would cover half a phone.
    if (matchMedia('(pointer: fine)').matches) this.input.focus();
  }

  /** Takes the pictures of a paste or a drop; what else there is goes its way. */
  take(event, data) {
    const files = [...(data?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
    if (files.length === 0) return;
    event.preventDefault();
    this.#attach(files);
  }

  #attach(files) {
    const mine = (this.attaching = Promise.resolve(this.attaching).then(async () => {
      const { Tray } = await import('./pictures.js');
      if (!this.tray) this.element.prepend((this.tray = new Tray(() => this.#look())).element);
      await this.tray.add(files);
    }).catch(errorToast).finally(() => { if (this.attaching === mine) this.attaching = null; }));
  }

  setRunning(isRunning) {
    if (this.isRunning === isRunning) return;
    this.isRunning = isRunning;
    this.#look();
  }

  /** Hands over the text; it comes back when it could not be sent. */
  async send() {
    // Pictures that are still being read belong to what is sent.
    if (this.attaching && !this.isSending) {
      this.isSending = true;
      this.#look();
      while (this.attaching) await this.attaching;
      this.isSending = false;
      this.#look();
    }
    const content = this.input.value.trim();
    const images = this.tray?.addresses ?? [];
    if ((!content && images.length === 0) || this.isRunning || this.isSending) return;
    this.isSending = true;
    this.#look();
    const written = this.input.value;
    this.#set('');
    if (await this.onSend(content, images)) this.tray?.clear();
    else if (this.input.value === '') this.#set(written);
    this.isSending = false;
    this.#look();
  }

  #set(text) {
    this.input.value = text;
    this.#changed();
  }

  #changed() {
    write(`draft.${this.draftKey}`, this.input.value || null);
    this.#grow();
    this.#look();
  }

  #grow() {
    this.input.style.height = 'auto';
    this.input.style.height = `${Math.min(this.input.scrollHeight, innerHeight * 0.4)}px`;
  }

  #look() {
    const { action, isRunning } = this;
    if (this.looksRunning !== isRunning) {
      this.looksRunning = isRunning;
      fill(action, icon(isRunning ? 'stop' : 'send'));
      action.setAttribute('aria-label', t(isRunning ? 'stop' : 'send'));
      action.title = t(isRunning ? 'stop_tip' : 'send');
    }
    action.disabled = !isRunning && (this.isSending || (this.input.value.trim() === '' && !this.tray?.addresses.length));
  }

  #key(event) {
    const meaning = keyMeaning(event, { isEmpty: this.input.value === '', isRunning: this.isRunning, sendKey: read('sendKey', 'enter') });
    if (!meaning) return;
    event.preventDefault();
    if (meaning === 'send') this.send();
    else if (meaning === 'stop') this.onStop();
    else this.onEditLast();
  }
}
