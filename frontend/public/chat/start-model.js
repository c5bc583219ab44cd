import { stages } from '../core/state.js';

/**
 * The rows of a start: `{stage, state: done|now|failed|next, elapsed, usual}` in milliseconds, null when not known.
 * `start` is what state.js keeps, `usual` maps a stage to its usual milliseconds. A pull that was not seen and is over
 * was not needed and is left out.
 */
export function rowsOf(start, usual, now) {
  const seen = start?.steps ?? [];
  const last = seen.at(-1)?.stage ?? 'queued';
  const isFailed = start?.outcome === 'failed';
  const reached = start?.outcome === 'ready' ? stages.length : Math.max(...seen.map(({ stage }) => stages.indexOf(stage)), 0);
  return stages.filter((stage, index) => stage !== 'image_pull' || seen.some((step) => step.stage === stage) || (index > reached && usual.image_pull))
    .map((stage) => {
      const index = seen.findIndex((step) => step.stage === stage);
      const at = seen[index]?.at;
      const until = seen[index + 1]?.at ?? (start?.ended || now);
      const isLast = stage === last && start?.outcome !== 'ready';
      const state = isLast ? (isFailed ? 'failed' : 'now') : stages.indexOf(stage) < reached || index >= 0 ? 'done' : 'next';
      return { stage, state, elapsed: at === undefined ? null : Math.max(0, until - at), usual: usual[stage] ?? null };
    });
}

/** How many starts are remembered for each step. */
const remembered = 9;

/** `history` (stage → list of milliseconds, newest last) with the steps of a start that ended well. */
export function remember(history, start) {
  const next = { ...history };
  for (const [index, { stage, at }] of start.steps.entries()) {
    const until = start.steps[index + 1]?.at ?? start.ended;
    next[stage] = [...(history[stage] ?? []), until - at].slice(-remembered);
  }
  next.total = [...(history.total ?? []), start.ended - start.began].slice(-remembered);
  return next;
}

/** stage → median. */
export function usualOf(history) {
  return Object.fromEntries(Object.entries(history ?? {}).map(([stage, times]) => [stage, [...times].sort((a, b) => a - b)[times.length >> 1]]));
}

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
