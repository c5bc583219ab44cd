import { get, path, post, remove } from '../core/api.js';
import { button, el, link } from '../core/dom.js';
import { ask, attempt, attemptSure, field } from '../core/form.js';
import { ago, t } from '../core/i18n.js';
import { table } from '../core/section.js';
import { store } from '../core/store.js';
import { filterInput, filters } from './filters.js';

const phases = ['queued', 'pulling', 'starting', 'ready', 'draining', 'stopping', 'failed', 'unknown'];

/** Draws the section again every so many milliseconds, unless somebody is at something in it. */
export function keepNew(context, milliseconds) {
  const timer = setInterval(() => {
    const { body } = context;
    const isBusy = body.contains(document.activeElement) || body.querySelector('details[open]') || document.querySelector('dialog[open]') || !getSelection().isCollapsed;
    if (!document.hidden && !isBusy) context.redraw();
  }, milliseconds);
  context.onClose(() => clearInterval(timer));
}

export async function page(context) {
  const [user, backend] = context.route.rest ?? [];
  if (user && backend) return (await import('./runner.js')).detail(context, user, backend);
  const asked = filters(['user', 'backend', 'phase']);
  const { runners, suspended } = await get(path(['api', 'admin', 'runners'], asked));
  keepNew(context, 5000);
  return [
    el('div', { className: 'filters' }, filterInput('user', t('user'), asked.user),
      filterInput('backend', t('agent'), asked.backend, store.state.backends.map(({ name, display_name: label }) => [name, label])),
      filterInput('phase', t('phase'), asked.phase, phases.map((phase) => [phase, t(`phase.${phase}`)]))),
    table([t('user'), t('agent'), t('phase'), t('since_when'), t('reason'), ''], runners.map((runner) => [
      runner.user.id ? link(path(['admin', 'runners', String(runner.user.id), runner.backend]), {}, runner.user.email) : runner.user.slug, runner.backend, phaseCell(runner), runner.started_at ? ago(runner.started_at) : '',
      runner.failure?.message ?? runner.conditions?.find(({ type }) => type === 'Ready')?.reason ?? '', runner.user.id ? acts(runner, context) : null]), t('no_runners')),
    suspended.length > 0 && el('section', { className: 'panel' }, el('h3', {}, t('suspended')), table([t('user'), t('agent'), t('reason'), ''], suspended.map((each) => [
      each.user.id ? link(path(['admin', 'runners', String(each.user.id), each.backend]), {}, each.user.email) : each.user.slug, each.backend, each.reason, each.user.id && resumeButton(each, context)]))),
  ];
}

const api = (runner, ...rest) => path(['api', 'admin', 'runners', String(runner.user.id), runner.backend, ...rest]);

export const phaseCell = ({ phase }) => el('span', { className: 'row' }, el('span', { className: `dot ${phase}` }), t(`phase.${phase}`));

export function acts(runner, context) {
  return el('div', { className: 'acts' }, button(t('recycle'), () => recycle(runner, context), 'tiny'), button(t('act.stop'), () => stop(runner, context), 'tiny'), button(t('suspend'), () => suspend(runner, context), 'tiny'));
}

const recycle = (runner, context) => attempt(async () => {
  await post(api(runner, 'recycle'));
  context.redraw();
  return t('recycling');
});

const stop = (runner, context) => attemptSure({ title: t('stop_runner'), text: t('stop_runner_sure', { name: runner.user.email, backend: runner.backend }), action: t('act.stop') }, async () => {
  await remove(api(runner));
  context.redraw();
});

export const resumeButton = (runner, context) => button(t('resume'), () => attempt(async () => {
  await post(api(runner, 'resume'));
  context.redraw();
  return t('resumed');
}), 'tiny');

function suspend(runner, context) {
  const reason = el('input', { maxLength: 500 });
  ask({ title: t('suspend_runner', { name: runner.user.email, backend: runner.backend }), fields: field(t('suspend_reason'), reason), label: t('suspend'), look: 'danger', act: () => attempt(async () => {
    await post(api(runner, 'suspend'), reason.value.trim() ? { reason: reason.value.trim() } : {});
    context.redraw();
    return t('suspended_now');
  }) });
}
