import { events } from './api.js';
import { el } from './dom.js';

const words = {
  queued: 'Queued', image_pull: 'Pull image', creating: 'Prepare', docker_run: 'Start', health_wait: 'Wait for health',
  ready: 'Ready', error: 'Failed',
};

/** What a pending reply shows while its runner starts: the steps so far, a bar and the time that passed. */
export function coldStartCard() {
  const steps = el('ol', { className: 'steps' });
  const bar = el('progress', { max: 100, value: 0, 'aria-label': 'Starting the agent' });
  const detail = el('p', { className: 'detail' }, 'Starting the agent…');
  const clock = el('span', { className: 'clock' });
  const element = el('div', { className: 'coldstart' }, el('div', { className: 'line' }, steps, clock), bar, detail);
  const began = performance.now();
  const timer = setInterval(() => { clock.textContent = `${((performance.now() - began) / 1000).toFixed(0)} s`; }, 250);
  let stage = '';
  return { element, show, end: () => clearInterval(timer) };

  function show(progress) {
    bar.value = progress.progress;
    detail.textContent = progress.detail ? `${progress.message} (${progress.detail})` : progress.message;
    if (progress.stage === stage || progress.stage === 'snapshot') return;
    stage = progress.stage;
    steps.lastElementChild?.classList.replace('now', 'done');
    steps.append(el('li', { className: stage === 'ready' ? 'done' : stage === 'error' ? 'failed' : 'now' }, words[stage] ?? stage));
  }
}

/** Follows a runner's start and calls `onProgress` with each event. Ends with the start, or when aborted. */
export async function followStart(backend, onProgress, signal) {
  const path = `/api/runners/${encodeURIComponent(backend)}/progress`;
  try {
    for await (const data of events('GET', path, undefined, signal)) onProgress(JSON.parse(data));
  } catch {
    // The reply itself tells what went wrong; without this stream only the card stands still.
  }
}
