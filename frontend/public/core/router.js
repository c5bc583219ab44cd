/**
 * What a path shows: `{name, …}`.
 *   /                      home
 *   /c/<backend>           a new chat;  /c/<backend>/<n> the n-th chat with it
 *   /settings/<section>    /admin/<section>/<…rest>
 */
export function parse(pathname) {
  const [first, ...rest] = pathname.split('/').filter(Boolean).map(decode);
  if (!first) return { name: 'home' };
  if (first === 'c' && rest.length === 1) return { name: 'new', backend: rest[0] };
  if (first === 'c' && rest.length === 2 && /^[1-9]\d{0,15}$/.test(rest[1])) return { name: 'chat', backend: rest[0], seq: Number(rest[1]) };
  if (first === 'settings' && rest.length < 2) return { name: 'settings', section: rest[0] ?? 'general' };
  if (first === 'admin') return { name: 'admin', section: rest[0] ?? 'overview', rest: rest.slice(1) };
  return { name: 'missing' };
}

export const sections = {
  settings: ['general', 'keys', 'runners', 'tokens', 'data', 'account', 'shortcuts'],
  admin: ['overview', 'runners', 'users', 'backends', 'plan', 'invites', 'audit'],
};

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const chatPath = (conversation) => `/c/${encodeURIComponent(conversation.backend)}/${conversation.seq}`;
export const newChatPath = (backend) => `/c/${encodeURIComponent(backend)}`;

let show = () => {};

/** Calls `onRoute(route, location)` for this address and for each one that follows. */
export function startRouter(onRoute) {
  show = () => onRoute(parse(location.pathname), location);
  addEventListener('popstate', show);
  document.addEventListener('click', (event) => {
    const anchor = event.target.closest?.('a[href]');
    if (!anchor || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (anchor.origin !== location.origin || anchor.target || anchor.hasAttribute('download')) return;
    event.preventDefault();
    navigate(anchor.pathname + anchor.search + anchor.hash);
  });
  show();
}

export function navigate(path, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', path);
  show();
}
