import { el, fill, iconButton } from '../core/dom.js';
import { t } from '../core/i18n.js';
import { toast } from '../core/toast.js';

/** What a message may carry: pictures, bytes of each, pixels of its longer side. */
export const limits = { count: 4, bytes: 4 << 20, side: 2048 };

const sendable = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];

/** The size at which a picture is sent: its own, or with its longer side at the limit. */
export function fitted(width, height, side = limits.side) {
  const factor = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** The pictures that wait to be sent with the next message, as thumbnails. `onChange` is called when there are others. */
export class Tray {
  #addresses = [];

  constructor(onChange) {
    this.onChange = onChange;
    this.element = el('ul', { className: 'tray', 'aria-label': t('attached_images'), hidden: true });
  }

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
    fill(this.element, this.#addresses.map((address, index) => el('li', {}, el('img', { src: address, alt: t('image_n', { n: index + 1 }) }),
      iconButton('close', t('remove_image', { n: index + 1 }), () => { this.#addresses.splice(index, 1); this.#draw(); }))));
    this.element.hidden = this.#addresses.length === 0;
    this.onChange();
  }
}

/** The file, or a smaller picture of it. Throws for what is no picture. */
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
