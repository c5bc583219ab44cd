import { dialog } from '../core/dialog.js';
import { el } from '../core/dom.js';
import { duration, moment, number, t } from '../core/i18n.js';

/** What is known of a message besides its text, in a dialog. */
export function details(message) {
  const tokens = message.usage;
  const rows = [
    ['model', message.model], ['time', moment(message.created_at)], ['took', message.duration_ms === null || message.duration_ms === undefined ? null : duration(message.duration_ms)],
    ['tokens', tokens && t('tokens_of', { prompt: number(tokens.prompt_tokens), completion: number(tokens.completion_tokens), total: number(tokens.total_tokens) })],
    ['status', t(`status.${message.status}`)], ['run', message.run_id], ['request', message.request_id ?? message.error?.request_id], ['link', `${location.origin}${location.pathname}#m-${message.id}`],
  ].filter(([, value]) => value);
  dialog({ title: t('details'), body: el('dl', { className: 'facts-list' }, rows.map(([key, value]) => [el('dt', {}, t(key)), el('dd', {}, value)])) });
}
