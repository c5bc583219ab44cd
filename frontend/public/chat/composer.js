import { button, el, fill, icon, iconButton, t } from '../core/dom.js';
import { read, store, write } from '../core/store.js';
import { toast } from '../core/ui.js';

/** `send`, `stop`, `edit` (the last message) or null. */
export function keyMeaning(event, { isEmpty, isRunning, sendKey }) {
  // Keys belong to an input method that composes.
  if (event.isComposing || event.keyCode === 229) return null;
  if (event.key === 'Escape') return isRunning ? 'stop' : null;
  if (event.key === 'ArrowUp') return isEmpty && !event.shiftKey ? 'edit' : null;
  if (event.key !== 'Enter' || event.shiftKey) return null;
  const withModifier = event.ctrlKey || event.metaKey;
  return sendKey === 'ctrl-enter' && !withModifier ? null : 'send';
}

/** `draftKey` names the chat whose unsent text and pictures are kept. */
export class Composer {
  constructor({ placeholder, draftKey, onSend, onStop, onEditLast, below }) {
    Object.assign(this, { draftKey, onSend, onStop, onEditLast, isRunning: false, isSending: false, trays: store.state.trays });
    this.input = el('textarea', {
      rows: 1, placeholder, 'aria-label': t('message'), value: read(`draft.${draftKey}`, ''), enterKeyHint: 'send', dir: 'auto',
      oninput: () => this.#changed(), onkeydown: (event) => this.#key(event), onpaste: (event) => this.take(event, event.clipboardData),
    });
    this.tray = this.trays.get(draftKey) ?? new Tray();
    this.tray.onChange = () => this.#keep();
    this.action = button(icon('send'), () => (this.isRunning ? this.onStop() : this.send()), 'round primary', { 'aria-label': t('send') });
    const file = el('input', { type: 'file', accept: 'image/*', multiple: true, hidden: true, onchange: () => { this.#attach([...file.files]); file.value = ''; } });
    this.element = el('form.composer', { onsubmit: (event) => { event.preventDefault(); this.send(); } },
      this.tray.element, this.input, el('div.below', iconButton('image', t('attach_image'), () => file.click()), file, below, el('span.hint', t(read('sendKey') === 'ctrl-enter' ? 'hint_ctrl_enter' : 'hint_enter')), this.action));
    requestAnimationFrame(() => this.#grow());
    this.#look();
  }

  focus() {
    // No keyboard that slides up on its own.
    if (matchMedia('(pointer: fine)').matches) this.input.focus();
  }

  /** The files of a paste or a drop. */
  take(event, data) {
    if (!data?.files.length) return;
    event.preventDefault();
    this.#attach([...data.files]);
  }

  #attach(files) {
    const mine = (this.attaching = Promise.resolve(this.attaching).then(() => this.tray.add(files)).finally(() => { if (this.attaching === mine) this.attaching = null; }));
  }

  setRunning(isRunning) {
    if (this.isRunning === isRunning) return;
    this.isRunning = isRunning;
    this.#look();
  }

  /** What could not be sent comes back. */
  async send() {
    // Pictures still being read go with it.
    if (this.attaching && !this.isSending) {
      this.isSending = true;
      this.#look();
      while (this.attaching) await this.attaching;
      this.isSending = false;
      this.#look();
    }
    const content = this.input.value.trim();
    const images = this.tray.addresses;
    if ((!content && images.length === 0) || this.isRunning || this.isSending) return;
    this.isSending = true;
    this.#look();
    const written = this.input.value;
    this.#set('');
    this.trays.delete(this.draftKey);
    if (await this.onSend(content, images)) this.tray.clear();
    else if (this.input.value === '') this.#set(written);
    this.isSending = false;
    this.#keep();
  }

  #keep() {
    const { trays } = this;
    trays.delete(this.draftKey);
    if (this.tray.addresses.length > 0) trays.set(this.draftKey, this.tray);
    if (trays.size > 4) trays.delete(trays.keys().next().value);
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
    action.disabled = !isRunning && (this.isSending || (this.input.value.trim() === '' && this.tray.addresses.length === 0));
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

/** Of a message: pictures, bytes of each, pixels of its longer side. */
const limits = { count: 4, bytes: 4 << 20, side: 2048 };

const sendable = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];

export function fitted(width, height, side = limits.side) {
  const factor = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** The pictures of the next message. */
class Tray {
  #addresses = [];
  element = el('ul.tray', { 'aria-label': t('attached_images'), hidden: true });

  get addresses() {
    return [...this.#addresses];
  }

  async add(files) {
    for (const file of files) {
      if (this.#addresses.length >= limits.count) return toast(t('too_many_images', { n: limits.count }), { error: true });
      try {
        this.#addresses.push(await addressOf(await shrunk(file)));
      } catch {
        toast(t('no_image', { name: file.name }), { error: true });
      }
      this.#draw();
    }
  }

  clear() {
    this.#addresses = [];
    this.#draw();
  }

  #draw() {
    fill(this.element, this.#addresses.map((address, index) => el('li', el('img', { src: address, alt: t('image_n', { n: index + 1 }) }),
      iconButton('close', t('remove_image', { n: index + 1 }), () => { this.#addresses.splice(index, 1); this.#draw(); }))));
    this.element.hidden = this.#addresses.length === 0;
    this.onChange();
  }
}

/** Throws for what is no picture. */
async function shrunk(file) {
  const bitmap = await createImageBitmap(file);
  const { width, height } = fitted(bitmap.width, bitmap.height);
  if (width === bitmap.width && file.size <= limits.bytes && sendable.includes(file.type)) return file;
  const canvas = el('canvas', { width, height });
  canvas.getContext('2d').drawImage(bitmap, 0, 0, width, height);
  for (const [type, quality] of [[sendable.includes(file.type) ? file.type : 'image/png'], ['image/jpeg', 0.85], ['image/jpeg', 0.6]]) {
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, quality));
    if (blob && blob.size <= limits.bytes) return blob;
  }
  throw new Error('too large');
}

function addressOf(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
