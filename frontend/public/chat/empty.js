import { button, el, icon, link } from '../core/dom.js';
import { t } from '../core/i18n.js';
import { isUp } from '../core/state.js';
import { store } from '../core/store.js';

/** What a chat without a word says: what happens next, and something to begin with. */
export function emptyChat(backend, onPick) {
  const needsKey = backend.user_overridable_env.includes('LLM_API_KEY');
  return el('div', { className: 'empty' },
    el('div', { className: 'emblem' }, icon('spark')),
    el('h2', {}, t('empty_title', { name: backend.display_name })),
    el('p', {}, t(isUp(store.state.runners[backend.name]) ? 'empty_warm' : 'empty_cold')),
    el('div', { className: 'suggestions' }, ['suggest.1', 'suggest.2', 'suggest.3'].map((key) => button(t(key), () => onPick(t(key)), 'suggestion'))),
    needsKey && el('p', { className: 'quiet' }, t('empty_key'), ' ', link('/settings/keys', {}, t('open_keys'))));
}
