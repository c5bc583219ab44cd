import { get, path } from '../core/api.js';
import { el, link } from '../core/dom.js';
import { ago, clock, duration, moment, t } from '../core/i18n.js';
import { table } from '../core/section.js';
import { acts, keepNew, phaseCell, resumeButton } from './runners.js';

/** One runner: what it is, why, what happened, what it wrote. */
export async function detail(context, user, backend) {
  const of = ['api', 'admin', 'runners', user, backend];
  const missing = (empty) => (error) => { if (error.status === 404) return empty; throw error; };
  const [{ runner: known, observed, diff, next, suspended, problem, events }, logs] = await Promise.all([get(path(of, { events: 50 })), get(path([...of, 'logs'], { tail: 200 })).catch(missing({ lines: [] }))]);
  keepNew(context, 2500);
  const runner = known.phase === 'stopped' && !observed ? null : known;
  const facts = runner ? [['phase', phaseCell(runner)], ['container', runner.container_name], ['started', runner.started_at && moment(runner.started_at)],
    ['last_active', runner.last_active && ago(runner.last_active)], ['idle', runner.idle_seconds ? duration(runner.idle_seconds * 1000) : t('never')],
    ['held_by', runner.held_by?.join(', ')]].filter(([, value]) => value) : [];
  const last = events.find((event) => event.log_tail?.length > 0);
  return [
    el('p', {}, link('/admin/runners', {}, `← ${t('admin.runners')}`)),
    el('section', { className: 'panel' }, el('header', {}, el('h2', {}, `${known.user.email ?? `#${user}`} · ${backend}`), suspended ? resumeButton(known, context) : runner && acts(runner, context)),
      suspended && el('p', {}, el('span', { className: 'badge bad' }, t('suspended')), ` ${suspended.reason}`), problem && el('p', { className: 'wrong' }, problem),
      why(runner) && el('p', {}, withMoments(why(runner))), runner ? el('dl', { className: 'facts-list' }, facts.map(([key, value]) => [el('dt', {}, t(key)), el('dd', {}, value)])) : el('p', { className: 'quiet' }, t('runner_gone'))),
    runner?.failure && el('section', { className: 'error-card' }, el('header', {}, el('strong', {}, runner.failure.reason)), el('p', {}, runner.failure.message),
      runner.failure.log_tail.length > 0 && el('pre', { tabIndex: 0 }, runner.failure.log_tail.join('\n')), el('p', { className: 'facts' }, moment(runner.failure.at))),
    runner?.conditions?.length > 0 && el('section', { className: 'panel' }, el('h3', {}, t('conditions')), table([t('condition'), t('status'), t('reason'), t('message'), t('since_when')],
      runner.conditions.map((condition) => [condition.type, el('span', { className: `badge ${tone(condition)}` }, condition.status), condition.reason, withMoments(condition.message), ago(condition.since)]))),
    (diff.length > 0 || next) && el('section', { className: 'panel' }, el('h3', {}, t('difference')), next && el('p', {}, el('span', { className: 'badge' }, next.verb), ` ${next.cause}`),
      diff.length > 0 && table([t('field'), t('is_now'), t('should_be')], diff.map(({ field, from, to, shown }) => [el('code', {}, field), shown ? from ?? t('unset') : t('changed_secret'), shown ? to ?? t('unset') : '']))),
    el('section', { className: 'panel' }, el('h3', {}, t('events')), events.length > 0 ? timeline(events) : el('p', { className: 'quiet' }, t('no_events'))),
    el('section', { className: 'panel' }, el('header', {}, el('h3', {}, t('logs')), logs.container && el('code', { className: 'quiet' }, logs.container)),
      logs.lines.length > 0 ? el('pre', { className: 'logs', tabIndex: 0 }, logs.lines.join('\n')) : el('p', { className: 'quiet' }, t('no_logs')),
      last && [el('h3', {}, t('logs_previous', { time: moment(last.at) })), el('pre', { className: 'logs', tabIndex: 0 }, last.log_tail.join('\n'))]),
  ];
}

/** A text of the server with its moments as people write them. */
export const withMoments = (text) => text?.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (written) => clock(Date.parse(written) / 1000));

/** One sentence: what keeps a runner from being ready, or what is about to be done with it. */
function why(runner) {
  const of = (kind) => runner?.conditions?.find(({ type, status }) => type === kind && status === 'True');
  return (of('Stalled') ?? of('Reconciling') ?? of('Ready'))?.message;
}

const tone = ({ type, status }) => (status === 'True' ? (type === 'Stalled' ? 'bad' : 'good') : '');

const timeline = (events) => el('ol', { className: 'timeline' }, events.map((event) => el('li', {}, el('span', { className: 'time' }, moment(event.at)),
  el('div', {}, el('strong', {}, event.reason), el('p', {}, event.message),
    event.log_tail?.length > 0 && el('details', {}, el('summary', {}, t('last_lines')), el('pre', { className: 'logs', tabIndex: 0 }, event.log_tail.join('\n')))))));
