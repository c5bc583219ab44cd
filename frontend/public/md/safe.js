/** The address of a link that may be followed, or null. Only absolute http, https and mailto. */
export function safeLink(address) {
  const trimmed = String(address ?? '').trim();
  if (!/^(?:https?:\/\/|mailto:)/i.test(trimmed)) return null;
  try {
    const url = new URL(trimmed);
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A picture that is part of the text itself; all others would tell their host who reads. */
export function embeddedImage(address) {
  return /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/.test(address ?? '') ? address : null;
}

const bidi = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g;
// eslint-disable-next-line no-control-regex
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** Makes visible what would turn the reading direction or does not print, so that text is what it looks like. */
export function visible(text) {
  return text.replace(controls, (char) => String.fromCharCode(char === '\u007f' ? 0x2421 : 0x2400 + char.charCodeAt(0)))
    .replace(bidi, (char) => `⟨U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
}
