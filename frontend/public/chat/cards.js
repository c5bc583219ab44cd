import { button, duration, el, fill, icon, link, t } from '../core/dom.js';
import { isUp, read, stages, store, write } from '../core/store.js';
import { copy } from '../core/ui.js';

/** Who failed. An answer's code that is not known came from the agent. */
export function culprit({ status, code = '' }, isAnswer = false) {
  if (code === 'missing_values' || code === 'missing_upstream_values') return 'keys';
  if (code === 'runner_limit') return 'runners';
  if (status === 429) return 'limit';
  if (startCodes.includes(code) || code === 'backend_unavailable') return 'runner';
  if (/^(upstream|agent|answer)_/.test(code)) return 'upstream';
  return isAnswer && !/^(internal_error|busy|shutting_down|store_unavailable)$/.test(code) ? 'upstream' : 'gateway';
}

export const isStartFailure = (error) => startCodes.includes(error?.code);

const startCodes = ['runner_failed', 'runner_not_ready', 'runner_starting', 'runner_stopped', 'queue_full', 'engine_unavailable'];

/** What went wrong and what to do. `error` is a message's or an ApiError. */
export function errorCard(error, { onRetry, onRestart } = {}) {
  const who = culprit(error, Boolean(onRestart));
  const facts = [error.status || null, error.code, error.request_id && `${t('request')} ${error.request_id}`].filter(Boolean).join(' · ');
  const retry = onRetry && button(t('retry'), onRetry, who === 'keys' || who === 'runners' ? '' : 'primary');
  if (retry && error.retry_after_seconds > 0) countDown(retry, error.retry_after_seconds);
  return el('section.error-card', { 'aria-label': t('error') },
    el('header', icon('alert'), el('strong', t(`failed.${who}`))),
    el('p', error.message),
    error.detail && el('details', el('summary', t('raw_reason')), el('pre', { tabIndex: 0 }, error.detail)),
    el('div.row', (who === 'keys' || who === 'runners') && link(`/settings/${who}`, { className: 'button primary' }, t(`open_${who}`)),
      retry, who === 'upstream' && onRestart && button(t('restart_runner'), onRestart, 'quiet')),
    facts && el('p.facts', facts));
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

/** A start: its steps with the time each takes and usually takes, and on failure the last lines of the container. */
export class StartCard {
  #timer = setInterval(() => this.#draw(), 100);
  #history;
  #rows = new Map();

  constructor(backend, { onCancel, onRetry }) {
    this.backend = backend;
    this.onCancel = onCancel;
    this.onRetry = onRetry;
    this.#history = read(`starts.${backend.name}`, {});
    this.title = el('strong');
    this.time = el('span.time');
    this.bar = el('progress', { max: 100, value: 0, 'aria-label': t('starting_agent', { name: backend.display_name }) });
    this.steps = el('ol.steps');
    this.detail = el('p.detail');
    this.tail = el('details.tail', { hidden: true }, el('summary', t('last_lines')), el('pre', { tabIndex: 0 }));
    this.actions = el('div.row');
    this.mark = el('span.mark');
    this.element = el('section.start-card', { 'aria-label': t('starting_agent', { name: backend.display_name }) },
      el('header', this.mark, this.title, this.time), this.bar, this.steps, this.detail, this.tail, this.actions);
    this.#draw();
  }

  close() {
    clearInterval(this.#timer);
    const start = store.state.starts[this.backend.name];
    if (!start || start.isLearned) return;
    start.isLearned = true;
    // The answer may begin before the page is told that the runner is ready.
    const learn = () => {
      if (!start.ended) return;
      off();
      if (start.outcome === 'ready' && start.steps.length > 0) write(`starts.${this.backend.name}`, remember(this.#history, start));
    };
    const off = store.on('runners', learn);
    learn();
  }

  fail(error) {
    if (this.error) return;
    this.error = error;
    clearInterval(this.#timer);
    this.#draw();
  }

  #draw() {
    const { state } = store;
    const start = state.starts[this.backend.name];
    const runner = state.runners[this.backend.name];
    const usual = usualOf(this.#history);
    const isFailed = Boolean(this.error);
    const now = Date.now();
    const total = start ? (start.ended || now) - start.began : 0;
    this.element.classList.toggle('failed', isFailed);
    const key = `${isFailed} ${runner?.phase}`;
    if (this.drawn !== key) {
      this.drawn = key;
      fill(this.mark, icon(isFailed ? 'alert' : 'spark'));
      this.title.textContent = t(isFailed ? 'start_failed' : isUp(runner) ? 'agent_ready' : 'agent_starting', { name: this.backend.display_name });
      fill(this.actions, isFailed ? button(t('retry'), this.onRetry, 'primary') : button(t('cancel'), this.onCancel),
        isFailed && button([icon('copy'), t('copy_diagnostics')], () => this.#diagnose(), 'quiet'));
      this.#showTail(!isFailed ? [] : this.error.detail ? [this.error.detail] : runner?.failure?.log_tail ?? []);
    }
    this.time.textContent = start ? [duration(total), usual.total && !isFailed ? t('usually', { time: duration(usual.total) }) : ''].filter(Boolean).join(' · ') : '';
    this.bar.hidden = isFailed;
    this.bar.value = isUp(runner) ? 100 : Math.max(this.bar.value, runner?.progress?.progress ?? 2);
    this.detail.textContent = isFailed ? this.error.message : [runner?.progress?.message, runner?.progress?.detail].filter(Boolean).join(' · ');
    const failedStart = isFailed && start && start.outcome !== 'failed' ? { ...start, outcome: 'failed' } : start;
    this.steps.hidden = isFailed && !start;
    for (const row of rowsOf(failedStart, usual, now)) this.#row(row);
  }

  #row({ stage, state, elapsed, usual }) {
    let row = this.#rows.get(stage);
    if (!row) {
      row = { state: '', mark: el('span.mark'), time: el('span.time') };
      row.element = el('li', row.mark, el('span', t(`stage.${stage}`)), row.time);
      this.#rows.set(stage, row);
      const after = [...this.#rows.keys()].length;
      this.steps.insertBefore(row.element, stage === 'image_pull' && after > 2 ? this.steps.children[1] : null);
    }
    if (row.state !== state) {
      row.state = state;
      row.element.className = state;
      fill(row.mark, state === 'done' ? icon('check') : state === 'failed' ? icon('close') : null);
      row.element.toggleAttribute('aria-current', state === 'now');
    }
    const usually = usual !== null && usual >= 100 && state !== 'done' ? t('usually', { time: duration(usual) }) : '';
    row.time.textContent = stage === 'ready' ? '' : [usually, elapsed === null || (state === 'done' && elapsed < 100) ? '' : duration(elapsed)].filter(Boolean).join(' · ');
  }

  #diagnose() {
    const { name } = this.backend;
    copy(diagnostics({ runner: store.state.runners[name], start: store.state.starts[name], error: this.error, backend: name }));
  }

  #showTail(lines) {
    this.tail.hidden = lines.length === 0;
    this.tail.open = lines.length > 0;
    this.tail.lastElementChild.textContent = lines.join('\n');
  }
}

/** `{stage, state: done|now|failed|next, elapsed, usual}`, milliseconds or null. A pull that was not needed is left out. */
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

/** Starts of each step. */
const remembered = 9;

/** `history` (stage → milliseconds, newest last) with a start that ended well. */
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
