import { patch, path, post } from '../core/api.js';
import { menu } from '../core/dialog.js';
import { t } from '../core/i18n.js';
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
    details: (message) => import('./details.js').then(({ details }) => details(message)).catch(errorToast),
    edit: (message) => import('./edit.js').then(({ edit }) => edit(chat, message)).catch(errorToast),
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

/** The menu of a chat's chip: its agent's models, and new chats with the others. */
export function pickModel(chat) {
  const own = chat.backend.models.map((model) => ({ label: model === chat.model ? `✓ ${model}` : model, run: () => chat.setModel(model) }));
  const others = store.state.backends.filter((backend) => backend.name !== chat.backend.name && !backend.disabled)
    .map((backend, index) => ({ apart: index === 0, label: t('new_chat_with', { name: backend.display_name }), run: () => navigate(newChatPath(backend.name)) }));
  menu(chat.chip, [...own, ...others]);
}
