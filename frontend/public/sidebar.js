import { el, fill } from './dom.js';

const words = {
  queued: 'Queued', pulling: 'Pulling image', starting: 'Starting', ready: 'Ready', draining: 'Finishing',
  stopping: 'Stopping', failed: 'Failed', unknown: 'Unknown',
};

/** The backends, each with its runner's phase and a button that stops it. */
export function sidebar({ onPick, onStop }) {
  const list = el('ul', { className: 'backends' });
  const element = el('nav', { className: 'sidebar', 'aria-label': 'Agents' }, el('h2', {}, 'Agents'), list);
  return { element, update };

  /** Shows `backends` and `runners` as the server lists them; `current` is the name of the one that is open. */
  function update({ backends, runners, current }) {
    const focused = document.activeElement?.dataset?.key;
    fill(list, backends.map((backend) => row(backend, runners.find((runner) => runner.backend === backend.name), current)));
    if (focused) list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  function row(backend, runner, current) {
    const pick = el('button', {
      type: 'button', className: 'pick', disabled: backend.disabled, onclick: () => onPick(backend.name),
      'aria-current': backend.name === current ? 'page' : null,
    },
    el('span', { className: `dot ${runner?.phase ?? 'stopped'}` }),
    el('span', { className: 'name' }, backend.display_name),
    el('span', { className: 'phase' }, backend.disabled ? 'Switched off' : phaseWords(runner)));
    pick.dataset.key = `pick ${backend.name}`;
    const canStop = runner && runner.phase !== 'stopping';
    const stop = canStop && el('button', {
      type: 'button', className: 'stop', onclick: () => onStop(backend.name),
      'aria-label': `Stop ${backend.display_name}`, title: 'Stop and remove this runner',
    }, runner.phase === 'failed' ? 'Clear' : 'Stop');
    if (stop) stop.dataset.key = `stop ${backend.name}`;
    return el('li', {}, pick, stop);
  }
}

function phaseWords(runner) {
  if (!runner) return 'Stopped';
  if (runner.phase === 'ready' && runner.stops_in_seconds !== null) return `Ready, stops in ${rough(runner.stops_in_seconds)}`;
  return words[runner.phase] ?? runner.phase;
}

function rough(seconds) {
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
