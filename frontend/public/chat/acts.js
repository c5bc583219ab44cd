import { patch, path, post } from '../core/api.js';
import { dialog, menu } from '../core/dialog.js';
import { button, el } from '../core/dom.js';
import { duration, moment, number, t } from '../core/i18n.js';
import { navigate, newChatPath } from '../core/router.js';
import { readChat, store } from '../core/store.js';
import { copy, errorToast, undoable } from '../core/toast.js';

/** What the buttons of a message do, in a ChatView. `hidden` are messages that wait for their deletion. */
export function messageActs(chat) {
  const hidden = new Set();
  return {
    hidden,
    copy: (message) => copy(message.content),
    retry: (message) => chat.send({ regenerate: message.id }),
    cancel: () => chat.stop(),
    restart: () => post(path(['api', 'runners', chat.backend.name, 'recycle'])).catch(errorToast),
    details,
    edit: (message) => edit(chat, message),
    sibling(head) {
      patch(path(['api', 'conversations', chat.conversation.id]), { head }).then(() => readChat(chat.conversation.id)).catch(errorToast);
    },
    remove(message) {
      hidden.add(message.id);
      chat.redraw();
      undoable(t('message_deleted'), (options) => chat.removeMessage(message.id, options), () => { hidden.delete(message.id); chat.redraw(); });
    },
  };
}

/** The message becomes a box to write in; saving makes another version of it, and an answer. */
function edit(chat, message) {
  const view = chat.view(message.id);
  if (!view || view.editor) return;
  const input = el('textarea', { value: message.content, 'aria-label': t('edit_message'), dir: 'auto', onkeydown: (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter' && !event.shiftKey) save();
    else return;
    event.preventDefault();
  } });
  const close = () => {
    view.editor.remove();
    view.editor = null;
    view.text.hidden = view.bar.hidden = false;
    chat.focus();
  };
  const save = async () => {
    const content = input.value.trim();
    if (!content) return;
    close();
    await chat.send({ edit: message.id, content });
  };
  view.editor = el('div', { className: 'editor' }, input,
    el('div', { className: 'row' }, button(t('save_and_send'), save, 'primary'), button(t('cancel'), close)));
  view.text.hidden = view.bar.hidden = true;
  view.text.after(view.editor);
  input.style.height = `${Math.min(Math.max(input.scrollHeight + 4, 72), innerHeight * 0.5)}px`;
  input.focus();
  input.setSelectionRange(input.value.length, input.value.length);
}

function details(message) {
  const tokens = message.usage;
  const rows = [
    ['model', message.model], ['time', moment(message.created_at)], ['took', message.duration_ms === null || message.duration_ms === undefined ? null : duration(message.duration_ms)],
    ['tokens', tokens && t('tokens_of', { prompt: number(tokens.prompt_tokens), completion: number(tokens.completion_tokens), total: number(tokens.total_tokens) })],
    ['status', t(`status.${message.status}`)], ['run', message.run_id], ['request', message.request_id ?? message.error?.request_id], ['link', `${location.origin}${location.pathname}#m-${message.id}`],
  ].filter(([, value]) => value);
  dialog({ title: t('details'), body: el('dl', { className: 'facts-list' }, rows.map(([key, value]) => [el('dt', {}, t(key)), el('dd', {}, value)])) });
}

/** The menu of a chat's chip: its agent's models, and new chats with the others. */
export function pickModel(chat) {
  const own = chat.backend.models.map((model) => ({ label: model === chat.model ? `✓ ${model}` : model, run: () => chat.setModel(model) }));
  const others = store.state.backends.filter((backend) => backend !== chat.backend && !backend.disabled)
    .map((backend) => ({ label: t('new_chat_with', { name: backend.display_name }), run: () => navigate(newChatPath(backend.name)) }));
  menu(chat.chip, [...own, ...others]);
}
