import { get, patch, path, post, remove } from '../core/api.js';
import { button, duration, el, fill, icon, iconButton, link, t, visible } from '../core/dom.js';
import { chatPath, navigate, newChatPath, sections } from '../core/router.js';
import { chatsOf, isUnread, readConversations, store } from '../core/store.js';
import { dialog, errorToast, menu, undoable } from '../core/ui.js';

/** Chats of a backend until all are asked for. */
const few = 8;

export class Sidebar {
  #opened = new Set();
  #frame = 0;

  constructor({ onSearch, onSignOut, onClose }) {
    this.onSignOut = onSignOut;
    this.groups = el('div.groups');
    this.offline = el('p.offline', { role: 'status', hidden: true });
    this.who = button('', () => this.#account(), 'who', { 'aria-haspopup': 'menu' });
    this.element = el('nav.sidebar', { id: 'sidebar', 'aria-label': t('chats') },
      el('header', link('/', { className: 'brand', 'aria-label': t('home') }, el('img', { src: '/icon.svg', alt: '', width: 24, height: 24 }), el('strong', 'Agents')),
        iconButton('search', t('search_tip'), onSearch), iconButton('close', t('close_menu'), onClose, { className: 'button icon only-narrow' })),
      this.groups, this.offline, this.who);
    for (const topic of ['runners', 'conversations', 'backends', 'shown', 'live']) store.on(topic, () => this.#later());
    // For countdowns.
    setInterval(() => { if (!document.hidden) this.#later(); }, 5000);
  }

  #later() {
    this.#frame ||= requestAnimationFrame(() => { this.#frame = 0; this.draw(); });
  }

  draw() {
    const { state } = store;
    if (!state.user || this.groups.querySelector('input') || document.querySelector('.menu')) return;
    const focused = document.activeElement?.dataset?.key;
    const before = [...this.groups.children];
    // What looks the same stays, for the click that is under way.
    fill(this.groups, state.backends.map((backend, index) => this.#kept(before[index], this.#group(backend))),
      state.backends.length === 0 && el('p.quiet.pad', t('no_backends')),
      state.hasMore && button(t('more_chats'), () => readConversations(true), 'quiet wide-button'));
    if (focused) this.groups.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    fill(this.who, el('span.avatar', [...(state.user.name || state.user.email)][0]?.toUpperCase()), el('span.name', state.user.name || state.user.email), icon('more'));
    this.offline.hidden = state.live === 'on';
    this.offline.textContent = t('offline');
  }

  #kept(old, made) {
    return old?.isEqualNode(made) ? old : made;
  }

  #group(backend) {
    const runner = store.state.runners[backend.name];
    const chats = chatsOf(store.state, backend.name).filter(({ id }) => !hidden.has(id));
    const action = phaseAction(runner);
    const shown = this.#opened.has(backend.name) ? chats : chats.slice(0, few);
    const acts = !backend.disabled && action && button(t(`act.${action}`), () => actOn(backend, action), 'tiny', { 'aria-label': t(`act.${action}_of`, { name: backend.display_name }) });
    const add = !backend.disabled && iconButton('plus', t('new_chat_with', { name: backend.display_name }), () => navigate(newChatPath(backend.name)));
    if (acts) acts.dataset.key = `act ${backend.name}`;
    if (add) add.dataset.key = `add ${backend.name}`;
    return el('section.group',
      el('header', el('span', { className: `dot ${runner?.phase ?? 'stopped'}` }),
        el('div.names', el('h2', backend.display_name), el('span.phase', backend.disabled ? t('phase.disabled') : phaseWord(runner))), acts, add),
      el('ul', shown.map((conversation) => this.#row(conversation))),
      chats.length === 0 && !backend.disabled && link(newChatPath(backend.name), { className: 'start-chat' }, t('start_chat')),
      chats.length > shown.length && button(t('show_all', { n: chats.length }), () => { this.#opened.add(backend.name); this.draw(); }, 'quiet wide-button'));
  }

  #row(conversation) {
    const isShown = store.shown?.id === conversation.id;
    const title = el('span.title', { tabIndex: -1, dir: 'auto' }, conversation.title || t('new_chat'));
    const more = iconButton('more', t('chat_menu_of', { title: conversation.title || t('new_chat') }), () => chatMenu(more, conversation, title), { 'aria-haspopup': 'menu' });
    const unread = !isShown && !conversation.active_run && isUnread(conversation);
    const anchor = link(chatPath(conversation), { className: 'row-link', 'aria-current': isShown ? 'page' : null },
      conversation.active_run ? el('span.spinner', { role: 'img', 'aria-label': t('writing') }) : conversation.pinned ? icon('pin') : null,
      title, unread && el('span.unread', { role: 'img', 'aria-label': t('unread') }));
    anchor.dataset.key = `chat ${conversation.id}`;
    more.dataset.key = `more ${conversation.id}`;
    return el('li', anchor, more);
  }

  #account() {
    menu(this.who, [
      { label: t('settings'), run: () => navigate('/settings') },
      store.state.user.role === 'admin' && { label: t('admin'), run: () => navigate('/admin') },
      { label: t('shortcuts'), run: () => navigate('/settings/shortcuts') },
      { label: t('sign_out'), run: () => this.onSignOut() },
    ]);
  }
}

/** Chats that wait for their deletion. */
const hidden = new Set();

export async function actOn(backend, action) {
  const of = path(['api', 'runners', backend.name]);
  try {
    if (action === 'stop') {
      await remove(of);
      const runner = store.state.runners[backend.name];
      if (runner) store.apply({ type: 'runner', data: { runner: { ...runner, phase: 'stopped', progress: null } } });
    } else {
      const { runner } = await post(`${of}/start`);
      if (runner?.phase) store.apply({ type: 'runner', data: { runner } });
    }
  } catch (error) {
    if (error.status !== 401) errorToast(error);
  }
}

export function phaseWord(runner, now = Date.now()) {
  const phase = runner?.phase ?? 'stopped';
  if (phase === 'pulling' && runner.progress) return t('phase.pulling_at', { percent: runner.progress.progress });
  if (phase === 'ready' && runner.stops_in_seconds != null && !(runner.held_by?.length > 0)) {
    const left = runner.stops_in_seconds * 1000 - (now - (runner.read_at ?? now));
    if (left < 300_000) return t('phase.idle', { time: duration(Math.max(0, Math.round(left / 1000) * 1000)) });
  }
  return t(`phase.${phase}`);
}

export function phaseAction(runner) {
  switch (runner?.phase ?? 'stopped') {
    case 'stopped': return 'start';
    case 'failed': return 'retry';
    case 'stopping': case 'unknown': return null;
    default: return 'stop';
  }
}

const chatOf = (conversation) => path(['api', 'conversations', conversation.id]);

async function change(conversation, values) {
  try {
    store.apply({ type: 'conversation', data: await patch(chatOf(conversation), values) });
  } catch (error) {
    errorToast(error);
  }
}

/** `title` is the element that a rename happens in. */
export function chatMenu(anchor, conversation, title) {
  menu(anchor, [
    { label: t('rename'), run: () => rename(conversation, title) },
    { label: t(conversation.pinned ? 'unpin' : 'pin'), run: () => change(conversation, { pinned: !conversation.pinned }) },
    { label: t('export_md'), run: () => download(`${chatOf(conversation)}/export?format=md`) },
    { label: t('export_json'), run: () => download(`${chatOf(conversation)}/export?format=json`) },
    { label: t('delete'), danger: true, apart: true, run: () => deleteChat(conversation) },
  ]);
}

const download = (address) => el('a', { href: address, download: '' }).click();

function rename(conversation, title) {
  const field = el('input.rename', { value: conversation.title, 'aria-label': t('rename'), maxLength: 200 });
  let open = true;
  const end = (keeps) => {
    if (!open) return;
    open = false;
    field.replaceWith(title);
    if (keeps && field.value.trim() && field.value !== conversation.title) change(conversation, { title: field.value.trim() });
    title.focus();
  };
  field.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === 'Enter') end(true);
    if (event.key === 'Escape') end(false);
  });
  field.addEventListener('blur', () => end(true));
  field.addEventListener('click', (event) => event.preventDefault());
  title.replaceWith(field);
  field.focus();
  field.select();
}

function deleteChat(conversation) {
  hidden.add(conversation.id);
  store.emit('conversations');
  if (store.shown?.id === conversation.id) navigate(newChatPath(conversation.backend));
  undoable(t('chat_deleted'), async (options) => {
    await remove(chatOf(conversation), options);
    store.apply({ type: 'conversation.deleted', data: { id: conversation.id } });
    hidden.delete(conversation.id);
  }, () => { hidden.delete(conversation.id); store.emit('conversations'); });
}

/** `matches` are `[start, length]` in UTF-16 units. */
export function marked(snippet, matches = []) {
  const parts = [];
  let at = 0;
  for (const [start, length] of [...matches].sort((a, b) => a[0] - b[0])) {
    if (start < at) continue;
    parts.push({ text: snippet.slice(at, start) }, { text: snippet.slice(start, start + length), mark: true });
    at = start + length;
  }
  return [...parts, { text: snippet.slice(at) }].filter(({ text }) => text !== '');
}

function commands() {
  const { backends, user } = store.state;
  return [
    ...backends.filter(({ disabled }) => !disabled).map((backend) => ({ label: t('new_chat_with', { name: backend.display_name }), to: newChatPath(backend.name) })),
    ...sections.settings.map((section) => ({ label: `${t('settings')}: ${t(`settings.${section}`)}`, to: `/settings/${section}` })),
    ...(user.role === 'admin' ? sections.admin.map((section) => ({ label: `${t('admin')}: ${t(`admin.${section}`)}`, to: `/admin/${section}` })) : []),
  ];
}

export function openPalette() {
  if (document.querySelector('.palette')) return;
  let chosen = 0;
  let abort = null;
  let timer = 0;
  let found = [];
  const list = el('ul', { role: 'listbox', id: 'palette-list', 'aria-label': t('results') });
  const input = el('input', {
    type: 'search', placeholder: t('search_placeholder'), 'aria-label': t('search'), role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'palette-list', autocomplete: 'off',
    oninput: () => { clearTimeout(timer); timer = setTimeout(search, 120); local(); },
    onkeydown: (event) => {
      if (event.isComposing) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && found.length > 0) choose((chosen + step + found.length) % found.length);
      else if (event.key === 'Enter') go(found[chosen]);
      else return;
      event.preventDefault();
    },
  });
  const opened = dialog({ title: t('search'), className: 'palette', body: [input, list], onClose: () => { abort?.abort(); clearTimeout(timer); } });
  input.focus();

  function local() {
    const query = input.value.trim().toLowerCase();
    const chats = query === '' ? [...store.state.conversations.values()].sort((a, b) => b.updated_at - a.updated_at).slice(0, 6).map(chatItem) : [];
    show([...chats, ...commands().filter(({ label }) => label.toLowerCase().includes(query)).slice(0, query ? 5 : 4)]);
  }

  const chatItem = (conversation) => ({ label: conversation.title || t('new_chat'), note: conversation.backend, to: chatPath(conversation) });

  async function search() {
    const query = input.value.trim();
    abort?.abort();
    if (!query) return;
    abort = new AbortController();
    try {
      const { results } = await get(path(['api', 'conversations', 'search'], { q: query, limit: 20 }), { signal: abort.signal });
      const items = results.map((result) => ({
        ...chatItem(result.conversation), parts: marked(result.snippet ?? '', result.matches),
        to: chatPath(result.conversation) + (result.message_id ? `#m-${result.message_id}` : ''),
      }));
      const named = commands().filter(({ label }) => label.toLowerCase().includes(query.toLowerCase())).slice(0, 5);
      const isCommand = ({ label }) => label.toLowerCase().startsWith(query.toLowerCase());
      show([...named.filter(isCommand), ...items, ...named.filter((command) => !isCommand(command))]);
    } catch (error) {
      if (error.name !== 'AbortError') show(found.filter(({ parts }) => !parts), error.message);
    }
  }

  function show(items, note = '') {
    found = items;
    fill(list, items.map((item, index) => el('li', { role: 'option', id: `found-${index}`, onclick: () => go(item), onpointermove: () => choose(index) },
      el('span.label', { dir: 'auto' }, item.label, item.note && el('small', item.note)),
      item.parts?.length > 0 && el('span.snippet', { dir: 'auto' }, item.parts.map(({ text, mark }) => (mark ? el('mark', visible(text)) : visible(text)))))),
    items.length === 0 && el('li.quiet', note || t('nothing_found')));
    choose(0);
  }

  function choose(index) {
    chosen = index;
    for (const [at, row] of [...list.children].entries()) {
      row.setAttribute('aria-selected', String(at === index));
      if (at === index) row.scrollIntoView({ block: 'nearest' });
    }
    input.setAttribute('aria-activedescendant', `found-${index}`);
  }

  function go(item) {
    if (!item) return;
    opened.close();
    navigate(item.to);
  }

  local();
}
