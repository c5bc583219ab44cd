/** The address of a link that may be followed, or null. Only absolute http, https and mailto. */
export function safeLink(address) {
  const trimmed = String(address ?? '').trim();
  try {
    return /^(?:https?:\/\/|mailto:)/i.test(trimmed) ? new URL(trimmed).href : null;
  } catch {
    return null;
  }
}

/** A picture that is part of the text itself; all others would tell their host who reads. */
export function embeddedImage(address) {
  return /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/.test(address ?? '') ? address : null;
}

/** Makes visible what would turn the reading direction or does not print, so that text is what it looks like. */
export function visible(text) {
  return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (char) => {
    const code = char.charCodeAt(0);
    return code < 32 ? String.fromCharCode(0x2400 + code) : code === 127 ? '␡' : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}
