import { button, el, fill, icon } from '../core/dom.js';
import { duration, t } from '../core/i18n.js';
import { read, write } from '../core/prefs.js';
import { isUp, stages } from '../core/state.js';
import { store } from '../core/store.js';
import { copy } from '../core/toast.js';

/**
 * The card of a runner that starts: its steps with the time each takes and usually takes, a bar, and on failure the
 * last lines of the container. `onCancel()` and `onRetry()` are its buttons; `error` is the message's, once it failed.
 */
export class StartCard {
  #timer = setInterval(() => this.#draw(), 100);
  #history;
  #rows = new Map();

  constructor(backend, { onCancel, onRetry }) {
    this.backend = backend;
    this.onCancel = onCancel;
    this.onRetry = onRetry;
    this.#history = read(`starts.${backend.name}`, {});
    this.title = el('strong', {});
    this.time = el('span', { className: 'time' });
    this.bar = el('progress', { max: 100, value: 0, 'aria-label': t('starting_agent', { name: backend.display_name }) });
    this.steps = el('ol', { className: 'steps' });
    this.detail = el('p', { className: 'detail' });
    this.tail = el('details', { className: 'tail', hidden: true }, el('summary', {}, t('last_lines')), el('pre', { tabIndex: 0 }));
    this.actions = el('div', { className: 'row' });
    this.mark = el('span', { className: 'mark' });
    this.element = el('section', { className: 'start-card', 'aria-label': t('starting_agent', { name: backend.display_name }) },
      el('header', {}, this.mark, this.title, this.time), this.bar, this.steps, this.detail, this.tail, this.actions);
    this.#draw();
  }

  /** The start is over: keeps what was learned of it. */
  close() {
    clearInterval(this.#timer);
    const start = store.state.starts[this.backend.name];
    if (start?.outcome === 'ready' && !start.remembered && start.steps.length > 0) {
      start.remembered = true;
      write(`starts.${this.backend.name}`, remember(this.#history, start));
    }
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
      row = { state: '', mark: el('span', { className: 'mark' }), time: el('span', { className: 'time' }) };
      row.element = el('li', {}, row.mark, el('span', {}, t(`stage.${stage}`)), row.time);
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

  async #diagnose() {
    const { name } = this.backend;
    const { diagnostics } = await import('./diagnostics.js');
    copy(diagnostics({ runner: store.state.runners[name], start: store.state.starts[name], error: this.error, backend: name }));
  }

  #showTail(lines) {
    this.tail.hidden = lines.length === 0;
    this.tail.open = lines.length > 0;
    this.tail.lastElementChild.textContent = lines.join('\n');
  }
}

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
