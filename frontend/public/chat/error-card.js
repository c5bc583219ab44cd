import { button, el, icon, link } from '../core/dom.js';
import { t } from '../core/i18n.js';

/** Who failed: `keys`, `runners` (too many), `runner`, `upstream`, `limit`, `gateway`. What has no known code came from an agent's answer. */
export function culprit({ status, code = '' }, isAnswer = false) {
  if (code === 'missing_values' || code === 'missing_upstream_values') return 'keys';
  if (code === 'runner_limit') return 'runners';
  if (status === 429) return 'limit';
  if (startCodes.includes(code) || code === 'backend_unavailable') return 'runner';
  if (/^(upstream|agent|answer)_/.test(code)) return 'upstream';
  return isAnswer && !/^(internal_error|busy|shutting_down|store_unavailable)$/.test(code) ? 'upstream' : 'gateway';
}

/** Whether a failed answer failed because its runner did not come up. */
export const isStartFailure = (error) => startCodes.includes(error?.code);

const startCodes = ['runner_failed', 'runner_not_ready', 'runner_starting', 'runner_stopped', 'queue_full', 'engine_unavailable'];

/** What went wrong and what to do. `error` is a message's; `onRetry()` and `onRestart()` are offered when given. */
export function errorCard(error, { onRetry, onRestart } = {}) {
  const who = culprit(error, Boolean(onRestart));
  const facts = [error.status || null, error.code, error.request_id && `${t('request')} ${error.request_id}`].filter(Boolean).join(' · ');
  const retry = onRetry && button(t('retry'), onRetry, who === 'keys' || who === 'runners' ? '' : 'primary');
  if (retry && error.retry_after_seconds > 0) countDown(retry, error.retry_after_seconds);
  return el('section', { className: 'error-card', 'aria-label': t('error') },
    el('header', {}, icon('alert'), el('strong', {}, t(`failed.${who}`))),
    el('p', {}, error.message),
    error.detail && el('details', {}, el('summary', {}, t('raw_reason')), el('pre', { tabIndex: 0 }, error.detail)),
    el('div', { className: 'row' }, (who === 'keys' || who === 'runners') && link(`/settings/${who}`, { className: 'button primary' }, t(`open_${who}`)),
      retry, who === 'upstream' && onRestart && button(t('restart_runner'), onRestart, 'quiet')),
    facts && el('p', { className: 'facts' }, facts));
}

function countDown(retry, seconds) {
  retry.disabled = true;
  const end = Date.now() + seconds * 1000;
  const step = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    retry.disabled = left > 0;
    retry.textContent = left > 0 ? t('retry_in', { seconds: left }) : t('retry');
    if (left <= 0) clearInterval(timer);
  };
  const timer = setInterval(step, 500);
  step();
}
