import { request } from './api.js';
import { Chat } from './chat.js';
import { el, fill } from './dom.js';
import { sidebar } from './sidebar.js';
import { signInCard } from './signin.js';

const root = document.getElementById('app');
const refreshMilliseconds = 5000;

/** Chats by backend, kept while this user stays. */
const chats = new Map();
const state = { user: null, backends: [], runners: [], current: '' };
const pane = el('div', { className: 'pane' });
const side = sidebar({ onPick: open, onStop: stop });
let refreshing = false;

async function boot() {
  try {
    enter((await request('GET', '/auth/me')).user);
  } catch (error) {
    leave(error.status === 401 ? '' : error.message);
  }
}

async function enter(user) {
  if (state.user?.id !== user.id) chats.clear();
  state.user = user;
  fill(root, el('div', { className: 'shell' },
    el('header', { className: 'top' },
      el('img', { src: 'icon.svg', alt: '', width: 24, height: 24 }), el('strong', {}, 'Agent stack'),
      el('span', { className: 'who', title: user.email }, user.name),
      el('button', { type: 'button', className: 'link', onclick: signOut }, 'Sign out')),
    side.element, pane));
  try {
    state.backends = (await request('GET', '/api/backends')).backends;
    await refresh();
    const offered = state.backends.filter((backend) => !backend.disabled);
    if (offered.length > 0) open(offered.some(({ name }) => name === state.current) ? state.current : offered[0].name);
    else fill(pane, el('p', { className: 'empty' }, 'No agent is configured.'));
  } catch (error) {
    if (error.status === 401) leave();
    else fill(pane, el('p', { className: 'empty', role: 'alert' }, error.message));
  }
}

function leave(notice = '') {
  fill(root, signInCard({ onSignedIn: enter, notice }));
}

async function signOut() {
  await request('POST', '/auth/logout').catch(() => {});
  chats.clear();
  state.user = null;
  leave();
}

function open(name) {
  state.current = name;
  const backend = state.backends.find((candidate) => candidate.name === name);
  if (!chats.has(name)) {
    chats.set(name, new Chat(backend, {
      onActivity: refresh, onSignedOut: () => leave('Your session has ended. Sign in to go on.'),
    }));
  }
  fill(pane, chats.get(name).element);
  side.update(state);
  chats.get(name).focus();
}

async function stop(name) {
  const runner = state.runners.find((candidate) => candidate.backend === name);
  if (runner) runner.phase = 'stopping';
  side.update(state);
  await request('DELETE', `/api/runners/${encodeURIComponent(name)}`).catch(() => {});
  await refresh();
}

/** Reads the runners; one request at a time. */
async function refresh() {
  if (refreshing || !state.user) return;
  refreshing = true;
  try {
    state.runners = (await request('GET', '/api/runners')).runners;
    side.update(state);
  } catch {
    // What was known stays on the screen; the next one may succeed.
  } finally {
    refreshing = false;
  }
}

setInterval(() => { if (!document.hidden) refresh(); }, refreshMilliseconds);
boot();
