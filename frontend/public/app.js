import { ChatView } from './chat/view.js';
import { get, post, session, watch } from './core/api.js';
import { button, el, fill, head, link, loadWords, t } from './core/dom.js';
import { navigate, newChatPath, startRouter } from './core/router.js';
import { forgetPerson, loaded, readAgain, readConversations, readLists, store } from './core/store.js';
import { closeDialogs, errorToast } from './core/ui.js';
import { openPalette, Sidebar } from './sidebar/sidebar.js';

const root = document.getElementById('app');
const pane = el('main.pane', { id: 'main', tabIndex: -1 });
let sidebar = null;
let view = null;
let stopWatching = () => {};
let isRouting = false;

session.ended = overlay;
boot();

async function boot() {
  loaded();
  const known = get('/auth/me').then(({ user }) => ({ user }), (error) => ({ error }));
  await loadWords(document.documentElement.lang === 'zh' ? 'zh' : 'en');
  const { user, error } = await known;
  if (user) enter(user);
  else leave(error.status === 401 ? '' : error.message);
}

async function enter(user) {
  store.reset(user, {});
  heard.before = false;
  sidebar ??= new Sidebar({ onSearch: openPalette, onSignOut: signOut, onClose: () => drawer(false) });
  const shade = el('div.shade', { onclick: () => drawer(false) });
  fill(root, el('a.skip', { href: '#main', onclick: (event) => { event.preventDefault(); pane.focus(); } }, t('skip')),
    el('div.shell', sidebar.element, shade, pane));
  fill(pane, el('p.loading', { role: 'status' }, t('loading')));
  stopWatching();
  stopWatching = watch(user.id, { onEvent: heard, onState: connected });
  try {
    await readLists();
  } catch (error) {
    if (error.status !== 401) fill(pane, el('div.empty', el('h2', t('cannot_load')), el('p', { role: 'alert' }, error.message), button(t('retry'), () => enter(user), 'primary')));
    return;
  }
  sidebar.draw();
  if (isRouting) navigate(location.pathname + location.search + location.hash, { replace: true });
  else startRouter(route);
  isRouting = true;
}

function heard(event) {
  if (event.type === 'hello' || event.type === 'reset') {
    // What was missed is not told again.
    if (event.type === 'reset' || !heard.before) readAllAgain();
    heard.before = true;
    return;
  }
  store.apply(event);
}

function readAllAgain() {
  readLists().catch(() => {});
  for (const id of store.state.chats.keys()) readAgain(id);
}

function connected(state) {
  if (state === 'ended') return overlay();
  const was = store.state.live;
  store.state.live = state;
  if (was !== state) store.emit('live');
}

function leave(notice = '') {
  stopWatching();
  closeDialogs();
  view?.close();
  view = null;
  store.reset(null, {});
  fill(root, signInCard({ onSignedIn: (user) => { if (location.search.includes('invite=')) history.replaceState(null, '', '/'); enter(user); }, notice }));
}

/** Before everything else, or over it when the session of `email` ended. Calls `onSignedIn(user)`. */
function signInCard({ onSignedIn, notice = '', email: known = '' }) {
  let isNew = false;
  const invite = new URLSearchParams(location.search).get('invite') ?? '';
  const email = el('input', { name: 'email', type: 'email', autocomplete: 'username', required: true, value: known });
  const password = el('input', { name: 'password', type: 'password', required: true, autocomplete: 'current-password' });
  const name = el('input', { name: 'name', autocomplete: 'name' });
  const code = el('input', { name: 'invite_code', value: invite, autocomplete: 'off' });
  const nameField = el('label', t('name_optional'), name);
  const codeField = el('label', t('invite_code'), code);
  const title = el('h1');
  const intro = el('p.quiet');
  const submit = el('button', { type: 'submit', className: 'button primary' });
  const other = button('', () => show(!isNew), 'link', { hidden: true });
  const message = el('p.wrong', { role: 'alert' }, notice);
  const form = el('form.card', { onsubmit: submitted },
    el('img', { src: '/icon.svg', alt: '', width: 44, height: 44 }), title, intro, el('label', t('email'), email), el('label', t('password'), password), nameField, codeField, message, submit, other);

  function show(signUp) {
    isNew = signUp;
    message.textContent = '';
    title.textContent = t(isNew ? 'create_account' : known ? 'session_ended' : 'sign_in');
    intro.textContent = t(isNew ? 'create_account_intro' : known ? 'session_ended_intro' : 'sign_in_intro');
    submit.textContent = t(isNew ? 'sign_up' : 'sign_in');
    other.textContent = t(isNew ? 'have_account' : 'create_account');
    nameField.hidden = codeField.hidden = !isNew;
    password.placeholder = isNew ? t('password_rule') : '';
    password.autocomplete = isNew ? 'new-password' : 'current-password';
  }

  async function submitted(event) {
    event.preventDefault();
    submit.disabled = true;
    message.textContent = '';
    const body = { email: email.value, password: password.value };
    if (isNew && name.value) body.name = name.value;
    if (isNew && code.value) body.invite_code = code.value;
    try {
      const { user } = await post(isNew ? '/auth/signup' : '/auth/login', body);
      onSignedIn(user);
    } catch (error) {
      message.textContent = error.message;
      (/invite/.test(error.code) ? code : password).focus();
    } finally {
      submit.disabled = false;
    }
  }

  show(invite !== '');
  message.textContent = notice;
  get('/auth/config').then((config) => {
    other.hidden = Boolean(known) || !(config.signup || invite);
    codeField.firstChild.textContent = t(config.invite_required ? 'invite_code_needed' : 'invite_code');
  }).catch(() => { other.hidden = Boolean(known); });
  requestAnimationFrame(() => (known ? password : email).focus());
  return el('main.signin', form);
}

/** The session ended in mid-work: everything stays where it is, under a card. */
function overlay() {
  const { user } = store.state;
  if (!user || document.querySelector('.overlay')) return;
  stopWatching();
  const before = document.activeElement;
  const cover = el('dialog.overlay', { 'aria-label': t('session_ended'), oncancel: (event) => event.preventDefault() }, signInCard({ email: user.email, onSignedIn: (again) => {
    cover.close();
    cover.remove();
    if (again.id !== user.id) return location.reload();
    before?.focus?.();
    stopWatching = watch(user.id, { onEvent: heard, onState: connected });
    readAllAgain();
  } }));
  document.body.append(cover);
  cover.showModal();
}

async function signOut() {
  await post('/auth/logout').catch(() => {});
  forgetPerson();
  history.replaceState(null, '', '/');
  leave();
}

const drawer = (open) => root.querySelector('.shell')?.classList.toggle('open', open);
const onMenu = () => { drawer(true); sidebar.element.querySelector('a, button')?.focus(); };

async function route(to, { hash }) {
  if (!store.state.user) return;
  drawer(false);
  const anchor = Number(/^#m-(\d+)$/.exec(hash)?.[1] ?? 0);
  if (to.name === 'chat' && view?.conversation && view.conversation.seq === to.seq && view.backend.name === to.backend) {
    if (anchor) view.show(anchor);
    return;
  }
  if (view?.isSection === to.name && view.update?.(to)) return;
  view?.close?.();
  view = null;
  store.shown = null;
  const { backends } = store.state;
  const backend = backends.find(({ name }) => name === to.backend);
  if (to.name === 'home') {
    const [latest] = [...store.state.conversations.values()].sort((a, b) => b.updated_at - a.updated_at);
    const first = backends.find(({ name, disabled }) => name === latest?.backend && !disabled) ?? backends.find(({ disabled }) => !disabled);
    if (first) navigate(newChatPath(first.name), { replace: true });
    else show(nothing('no_backends_title', 'no_backends'));
  } else if (to.name === 'new' && backend) {
    show(view = new ChatView(backend, null, { onMenu }));
    view.open();
  } else if (to.name === 'chat') {
    openChat(to, backend, anchor);
  } else if (to.name === 'settings' || (to.name === 'admin' && store.state.user.role === 'admin')) {
    openSection(to);
  } else {
    show(nothing('missing_title', 'missing'));
  }
  store.emit('shown');
}

async function openChat(to, backend, anchor) {
  const matches = ({ backend: name, seq }) => name === to.backend && seq === to.seq;
  let conversation = [...store.state.conversations.values()].find(matches);
  if (!conversation) {
    const { conversations } = await get(`/api/conversations?backend=${encodeURIComponent(to.backend)}&seq=${to.seq}`).catch((error) => { errorToast(error); return { conversations: [] }; });
    conversation = conversations.find(matches);
    if (conversation) store.state.conversations.set(conversation.id, conversation);
  }
  if (!conversation) return show(nothing('missing_title', 'missing_chat'));
  const shape = backend ?? { name: to.backend, display_name: to.backend, models: [], user_overridable_env: [], disabled: true };
  store.shown = conversation;
  show(view = new ChatView(shape, conversation, { onMenu }));
  view.open(anchor);
  store.emit('shown');
}

async function openSection(to) {
  try {
    const { SectionView } = await import('./core/section.js');
    show(view = new SectionView(to, { onMenu, onSignOut: signOut, onUser: (user) => { store.state.user = user; sidebar.draw(); } }));
  } catch {
    show(nothing('cannot_load', 'unreachable', button(t('retry'), () => location.reload(), 'primary')));
  }
}

function nothing(title, text, act = link('/', { className: 'button' }, t('home'))) {
  return { element: el('div.chat', head(onMenu),
    el('div.empty', el('h2', t(title)), el('p', t(text)), act)) };
}

function show({ element }) {
  fill(pane, element);
}

store.on('shown', (conversation) => { if (conversation) store.shown = conversation; });
addEventListener('keydown', (event) => {
  if (!store.state.user || event.isComposing) return;
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && key === 'k') openPalette();
  else if ((event.ctrlKey || event.metaKey) && event.shiftKey && key === 'o') navigate(view?.backend ? newChatPath(view.backend.name) : '/');
  else if (event.key === 'Escape' && root.querySelector('.shell.open')) drawer(false);
  else if (event.key === 'Escape' && view?.stop && !document.querySelector('dialog[open], .editor, .rename')) view.stop();
  else return;
  event.preventDefault();
});
document.addEventListener('visibilitychange', () => { if (!document.hidden && store.state.user && store.state.live !== 'on') readConversations().catch(() => {}); });
