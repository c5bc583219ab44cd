import { get } from '../core/api.js';
import { el, icon, link } from '../core/dom.js';
import { duration, number, t } from '../core/i18n.js';
import { table } from '../core/section.js';
import { store } from '../core/store.js';
import { quantiles, tally } from './figures.js';

export async function page() {
  const [{ runners }, { users }, health, metrics] = await Promise.all([
    get('/api/admin/runners'), get('/api/admin/users?limit=500'), get('/healthz').catch(() => ({})),
    fetch('/metrics').then((answer) => (answer.ok ? answer.text() : '')).catch(() => '')]);
  const { phases, failures } = tally(runners);
  const starts = quantiles(metrics, 'reconciler_cold_start_seconds');
  const prepull = health.prepull_status ?? {};
  const sum = (...names) => names.reduce((total, name) => total + (phases[name] ?? 0), 0);
  return [
    (health.conditions ?? []).map(({ type, message }) => el('section', { className: 'error-card' }, el('header', {}, icon('alert'), el('strong', {}, type)), el('p', {}, message))),
    el('div', { className: 'figures' }, figure(number(sum('ready', 'draining')), t('running')), figure(number(sum('queued', 'pulling', 'starting')), t('coming')),
      figure(number(sum('failed')), t('phase.failed')), figure(number(users.length), t('admin.users')),
      starts && figure(duration(starts.p50 * 1000), t('cold_p50')), starts?.p95 && figure(duration(starts.p95 * 1000), t('cold_p95'))),
    el('section', { className: 'panel' }, el('h3', {}, t('failures')), table([t('reason'), t('admin.runners')],
      Object.entries(failures).map(([reason, count]) => [link('/admin/runners?phase=failed', {}, reason), count]), t('no_failures'))),
    el('section', { className: 'panel' }, el('h3', {}, t('backends')), table([t('name'), t('running'), t('phase.failed'), t('idle')], store.state.backends.map((backend) => {
      const own = runners.filter((runner) => runner.backend === backend.name);
      return [el('span', { className: 'row' }, backend.display_name, backend.disabled && el('span', { className: 'badge' }, t('phase.disabled'))), own.filter(({ running }) => running).length,
        own.filter(({ phase }) => phase === 'failed').length, backend.default_idle_seconds ? duration(backend.default_idle_seconds * 1000) : t('never')];
    }))),
    !prepull._disabled && Object.keys(prepull).length > 0 && el('section', { className: 'panel' }, el('h3', {}, t('images')),
      table([t('image'), t('status')], Object.entries(prepull).map(([image, state]) => [el('code', {}, image), el('span', { className: `badge ${state.startsWith('failed') ? 'bad' : 'good'}` }, state)]))),
  ];
}

const figure = (value, label) => el('div', { className: 'figure' }, el('strong', {}, value), el('span', {}, label));
