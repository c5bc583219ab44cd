import { patch, path, remove } from '../core/api.js';
import { menu } from '../core/dialog.js';
import { el } from '../core/dom.js';
import { t } from '../core/i18n.js';
import { navigate, newChatPath } from '../core/router.js';
import { store } from '../core/store.js';
import { errorToast, undoable } from '../core/toast.js';
import { hidden } from './actions.js';

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
    { label: t('delete'), danger: true, apart: true, run: () => deleteChat(conversation) },
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
