import { patch, path, post, remove } from '../core/api.js';
import { menu } from '../core/dialog.js';
import { el } from '../core/dom.js';
import { duration, t } from '../core/i18n.js';
import { navigate, newChatPath } from '../core/router.js';
import { store } from '../core/store.js';
import { errorToast, undoable } from '../core/toast.js';

/** Chats that wait for their deletion. */
export const hidden = new Set();

const chatOf = (conversation) => path(['api', 'conversations', conversation.id]);

async function change(conversation, values) {
  try {
    store.apply({ type: 'conversation', data: await patch(chatOf(conversation), values) });
  } catch (error) {
    errorToast(error);
  }
}

/** The menu of a chat under `anchor`; `title` is the element that a rename happens in. */
export function chatMenu(anchor, conversation, title) {
  menu(anchor, [
    { label: t('rename'), run: () => rename(conversation, title) },
    { label: t(conversation.pinned ? 'unpin' : 'pin'), run: () => change(conversation, { pinned: !conversation.pinned }) },
    { label: t('export_md'), run: () => download(`${chatOf(conversation)}/export?format=md`) },
    { label: t('export_json'), run: () => download(`${chatOf(conversation)}/export?format=json`) },
    { label: t('delete'), danger: true, run: () => deleteChat(conversation) },
  ]);
}

export function download(address) {
  const anchor = el('a', { href: address, download: '' });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
}

/** The title becomes a field in its place: Enter keeps, Escape does not. */
export function rename(conversation, title) {
  const field = el('input', { className: 'rename', value: conversation.title, 'aria-label': t('rename'), maxLength: 200 });
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

export function deleteChat(conversation) {
  hidden.add(conversation.id);
  store.emit('conversations');
  if (store.shown?.id === conversation.id) navigate(newChatPath(conversation.backend));
  undoable(t('chat_deleted'), async (options) => {
    await remove(chatOf(conversation), options);
    store.apply({ type: 'conversation.deleted', data: { id: conversation.id } });
    hidden.delete(conversation.id);
  }, () => { hidden.delete(conversation.id); store.emit('conversations'); });
}

/** Start, stop or retry. What becomes of it comes as events; without them it is asked for. */
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

/** A runner in a word or two. */
export function phaseWord(runner, now = Date.now()) {
  const phase = runner?.phase ?? 'stopped';
  if (phase === 'pulling' && runner.progress) return t('phase.pulling_at', { percent: runner.progress.progress });
  if (phase === 'ready' && runner.stops_in_seconds !== null && runner.stops_in_seconds !== undefined && !(runner.held_by?.length > 0)) {
    const left = runner.stops_in_seconds * 1000 - (now - (runner.read_at ?? now));
    if (left < 300_000) return t('phase.idle', { time: duration(Math.max(0, Math.round(left / 1000) * 1000)) });
  }
  return t(`phase.${phase}`);
}

/** The one thing that is done about it: `start`, `stop`, `retry`, or null while it ends. */
export function phaseAction(runner) {
  switch (runner?.phase ?? 'stopped') {
    case 'stopped': return 'start';
    case 'failed': return 'retry';
    case 'stopping': case 'unknown': return null;
    default: return 'stop';
  }
}
