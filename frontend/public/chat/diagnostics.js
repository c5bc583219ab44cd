import { rowsOf } from './start-card.js';

/** What an administrator needs to look into a start, as text. */
export function diagnostics({ runner, start, error, backend, now = Date.now() }) {
  const rows = rowsOf(start, {}, now).map(({ stage, state, elapsed }) => `  ${stage}: ${state}${elapsed === null ? '' : ` ${(elapsed / 1000).toFixed(1)} s`}`);
  const failure = runner?.failure;
  return [`backend: ${backend}`, `phase: ${runner?.phase ?? 'stopped'}`, `container: ${runner?.container_name ?? '-'}`,
    `time: ${new Date(now).toISOString()}`, 'steps:', ...rows,
    error && `error: ${[error.status, error.code, error.message].filter(Boolean).join(' ')}`, error?.request_id && `request id: ${error.request_id}`,
    error?.detail && `detail: ${error.detail}`, failure && `failure: ${failure.reason}: ${failure.message}`,
    ...(runner?.conditions ?? []).map((condition) => `condition: ${condition.type}=${condition.status} ${condition.reason} ${condition.message}`),
    ...(failure?.log_tail?.length ? ['last lines:', ...failure.log_tail.map((line) => `  ${line}`)] : [])].filter(Boolean).join('\n');
}
