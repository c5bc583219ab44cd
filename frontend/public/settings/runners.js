import { get, path, post, put } from '../core/api.js';
import { dialog } from '../core/dialog.js';
import { button, el, fill } from '../core/dom.js';
import { select } from '../core/form.js';
import { duration, moment, t } from '../core/i18n.js';
import { store } from '../core/store.js';
import { errorToast, toast } from '../core/toast.js';
import { actOn, phaseAction, phaseWord } from '../sidebar/actions.js';

const choices = [60, 300, 600, 1800, 3600, 21_600];

export function page(context) {
  const panel = el('div', { className: 'panel' });
  const draw = () => fill(panel, store.state.backends.map(row), store.state.backends.length === 0 && el('p', { className: 'nothing' }, t('no_backends')));
  context.onClose(store.on('runners', () => { if (!panel.contains(document.activeElement) || document.activeElement.tagName !== 'SELECT') draw(); }));
  draw();
  return [el('p', { className: 'lead' }, t('runners_lead')), panel];
}

function row(backend) {
  const runner = store.state.runners[backend.name];
  const action = phaseAction(runner);
  const seconds = [...new Set([0, ...choices, backend.idle_seconds])].sort((a, b) => a - b);
  const idle = select(seconds.map((value) => [value, value === 0 ? t('never') : duration(value * 1000)]), backend.idle_seconds, (value) => setIdle(backend, Number(value)), { 'aria-label': t('idle_of', { name: backend.display_name }), disabled: Boolean(runner?.idle_declared_by), title: runner?.idle_declared_by ? t('idle_declared') : '' });
  return el('div', { className: 'setting' },
    el('div', {}, el('h3', {}, backend.display_name), el('p', { className: 'row' }, el('span', { className: `dot ${runner?.phase ?? 'stopped'}` }), phaseWord(runner),
      runner?.started_at && el('span', {}, t('since', { time: duration(Date.now() - runner.started_at * 1000) })))),
    el('label', { className: 'row' }, el('span', { className: 'quiet' }, t('stops_after')), idle),
    el('div', { className: 'row' },
      runner?.running && button(t('recycle'), () => recycle(backend), 'quiet'), button(t('logs'), () => logs(backend), 'quiet'),
      !backend.disabled && action && button(t(`act.${action}`), () => actOn(backend, action))));
}

async function setIdle(backend, seconds) {
  try {
    const { idle_seconds: now, idle_declared_by: declared } = await put(path(['api', 'runners', backend.name, 'idle']), { idle_seconds: seconds });
    backend.idle_seconds = now;
    toast(t(declared ? 'idle_declared' : 'saved'));
  } catch (error) {
    errorToast(error);
  }
  store.emit('runners');
}

const recycle = (backend) => post(path(['api', 'runners', backend.name, 'recycle'])).then(() => toast(t('recycling'))).catch(errorToast);

async function logs(backend) {
  const of = ['api', 'runners', backend.name];
  try {
    const [{ lines }, { events }] = await Promise.all([get(path([...of, 'logs'], { tail: 200 })), get(path([...of, 'events'], { limit: 20 }))]);
    dialog({ title: t('logs_of', { name: backend.display_name }), body: [
      lines.length > 0 ? el('pre', { className: 'logs', tabIndex: 0 }, lines.join('\n')) : el('p', { className: 'quiet' }, t('no_logs')),
      el('ol', { className: 'timeline' }, events.map((event) => el('li', {}, el('span', { className: 'time' }, moment(event.at)), el('div', {}, el('strong', {}, event.reason), el('p', {}, event.message)))))] });
  } catch (error) {
    errorToast(error);
  }
}
