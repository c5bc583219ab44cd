import { get } from '../core/api.js';
import { el, icon, link } from '../core/dom.js';
import { duration, number, t } from '../core/i18n.js';
import { table } from '../core/section.js';
import { store } from '../core/store.js';

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

/** Quantiles of a histogram or summary in Prometheus' text format: `{p50, p95}` in seconds, or null. */
export function quantiles(text, metric) {
  const buckets = new Map();
  const summary = {};
  for (const line of text.split('\n')) {
    if (!line.startsWith(metric)) continue;
    const value = Number(line.slice(line.lastIndexOf(' ') + 1));
    const le = /[{,]le="([^"]+)"/.exec(line)?.[1];
    const quantile = /[{,]quantile="([^"]+)"/.exec(line)?.[1];
    const bound = le === '+Inf' ? Infinity : Number(le);
    if (le) buckets.set(bound, (buckets.get(bound) ?? 0) + value);
    if (quantile) summary[quantile] = value;
  }
  if (buckets.size === 0) return summary['0.5'] > 0 ? { p50: summary['0.5'], p95: summary['0.95'] ?? null } : null;
  const sorted = [...buckets].sort((a, b) => a[0] - b[0]);
  const count = sorted.at(-1)[1];
  return count === 0 ? null : { p50: at(sorted, count * 0.5), p95: at(sorted, count * 0.95) };
}

/** Linear within the bucket; the last finite bound when it lies above. */
function at(buckets, rank) {
  let below = 0;
  let from = 0;
  for (const [bound, sum] of buckets) {
    if (sum >= rank) return bound === Infinity ? from : from + (bound - from) * ((rank - below) / (sum - below || 1));
    below = sum;
    from = bound;
  }
  return from;
}

/** How many runners are in each phase, and how many failed for each reason. */
export function tally(runners) {
  const phases = {};
  const failures = {};
  for (const { phase, failure } of runners) {
    phases[phase] = (phases[phase] ?? 0) + 1;
    if (phase === 'failed' && failure) failures[failure.reason] = (failures[failure.reason] ?? 0) + 1;
  }
  return { phases, failures };
}
