import { menu } from '../core/dialog.js';
import { t } from '../core/i18n.js';
import { navigate, newChatPath } from '../core/router.js';
import { store } from '../core/store.js';

/** The menu of a chat's chip: its agent's models, and new chats with the others. */
export function pickModel(chat) {
  const own = chat.backend.models.map((model) => ({ label: model === chat.model ? `✓ ${model}` : model, run: () => chat.setModel(model) }));
  const others = store.state.backends.filter((backend) => backend !== chat.backend && !backend.disabled)
    .map((backend) => ({ label: t('new_chat_with', { name: backend.display_name }), run: () => navigate(newChatPath(backend.name)) }));
  menu(chat.chip, [...own, ...others]);
}
