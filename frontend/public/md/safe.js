/** The address of a link that may be followed, or null: http, https and mailto. */
export function safeLink(address) {
  const trimmed = String(address ?? '').trim();
  try {
    return /^(?:https?:\/\/|mailto:)/i.test(trimmed) ? new URL(trimmed).href : null;
  } catch {
    return null;
  }
}

/** A picture within the text; others would tell their host who reads. */
export function embeddedImage(address) {
  return /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/.test(address ?? '') ? address : null;
}

/** Makes visible what turns the reading direction or does not print. */
export function visible(text) {
  return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (char) => {
    const code = char.charCodeAt(0);
    return code < 32 ? String.fromCharCode(0x2400 + code) : code === 127 ? '␡' : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

export const automatic = (text) => anchor(`${/^www\./i.test(text) ? 'http://' : text.includes(':') ? '' : 'mailto:'}${text}`, [visible(text)]);

export function anchor(address, inside) {
  const href = safeLink(address);
  return href ? ['a', { href, target: '_blank', rel: 'noopener noreferrer nofollow', title: href }, ...inside] : ['span', { className: 'dead', title: visible(address) }, ...inside];
}

export function image(address, text, raw) {
  const src = embeddedImage(address);
  const href = safeLink(address);
  return src ? ['img', { src, alt: text, loading: 'lazy' }] : href ? ['image-link', { href, text, host: new URL(href).host }] : ['span', { className: 'dead' }, text || visible(raw)];
}
