import { path, post, remove } from '../core/api.js';
import { duration, t } from '../core/i18n.js';
import { store } from '../core/store.js';
import { errorToast } from '../core/toast.js';

/** Chats that wait for their deletion. */
export const hidden = new Set();

/** The menu of a chat under `anchor`; `title` is the element that a rename happens in. */
export const openChatMenu = (...of) => import('./menu.js').then(({ chatMenu }) => chatMenu(...of)).catch(errorToast);

/** Start, stop or retry. What becomes of it comes as events; without them it is asked for. */
export async function actOn(backend, action) {
  const of = path(['api', 'runners', backend.name]);
  try {
    if (action === 'stop') {
      await remove(of);
      const runner = store.state.runners[backend.name];
      if (runner) store.apply({ type: 'runner', data: { runner: { ...runner, phase: 'stopped', progress: null } } });
    } else {
      const { runner } = await post(`${of}/start`);
      if (runner?.phase) store.apply({ type: 'runner', data: { runner } });
    }
  } catch (error) {
    if (error.status !== 401) errorToast(error);
  }
}

/** A runner in a word or two. */
export function phaseWord(runner, now = Date.now()) {
  const phase = runner?.phase ?? 'stopped';
  if (phase === 'pulling' && runner.progress) return t('phase.pulling_at', { percent: runner.progress.progress });
  if (phase === 'ready' && runner.stops_in_seconds !== null && runner.stops_in_seconds !== undefined && !(runner.held_by?.length > 0)) {
    const left = runner.stops_in_seconds * 1000 - (now - (runner.read_at ?? now));
    if (left < 300_000) return t('phase.idle', { time: duration(Math.max(0, Math.round(left / 1000) * 1000)) });
  }
  return t(`phase.${phase}`);
}

/** The one thing that is done about it: `start`, `stop`, `retry`, or null while it ends. */
export function phaseAction(runner) {
  switch (runner?.phase ?? 'stopped') {
    case 'stopped': return 'start';
    case 'failed': return 'retry';
    case 'stopping': case 'unknown': return null;
    default: return 'stop';
  }
}
