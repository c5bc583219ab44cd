import { get } from '../core/api.js';
import { el, link } from '../core/dom.js';
import { duration, number, t } from '../core/i18n.js';
import { table } from '../core/section.js';
import { store } from '../core/store.js';
import { conditionCard } from './plan.js';

export async function page() {
  const [{ runners }, { users }, health, { phases, failures, cold_starts: starts, suspended }, { configuration }] = await Promise.all([
    get('/api/admin/runners'), get('/api/admin/users?limit=500'), get('/healthz').catch(() => ({})), get('/api/admin/overview'), get('/api/admin/plan')]);
  const prepull = health.prepull_status ?? {};
  const sum = (...names) => names.reduce((total, name) => total + (phases[name] ?? 0), 0);
  return [
    configuration.conditions.map(conditionCard),
    el('div', { className: 'figures' }, figure(number(sum('ready', 'draining')), t('running')), figure(number(sum('queued', 'pulling', 'starting')), t('coming')),
      figure(number(sum('failed')), t('phase.failed')), figure(number(users.length), t('admin.users')),
      suspended > 0 && figure(number(suspended), t('suspended')), starts.count > 0 && [figure(duration(starts.p50_ms), t('cold_p50')), figure(duration(starts.p95_ms), t('cold_p95'))]),
    el('section', { className: 'panel' }, el('h3', {}, t('failures')), table([t('reason'), t('times')],
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
