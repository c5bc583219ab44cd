import { duration, t } from '../core/i18n.js';

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
