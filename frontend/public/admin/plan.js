import { get, path, post } from '../core/api.js';
import { button, el, icon, link } from '../core/dom.js';
import { attempt, attemptSure } from '../core/form.js';
import { t } from '../core/i18n.js';
import { table } from '../core/section.js';

/** What the next pass would do and why, what it holds back, and what is wrong with the files. */
export async function page(context) {
  const { configuration: { revision, conditions }, problem, plan } = await get('/api/admin/plan');
  const acts = plan ? [...plan.working.map((lane) => ({ ...lane, isWorking: true })), ...plan.lanes] : [];
  const reconcile = async (body, text) => {
    await post('/api/admin/reconcile', body);
    context.redraw();
    return text;
  };
  return [
    el('p', { className: 'lead' }, t('plan_lead')),
    conditions.map(conditionCard),
    problem && el('section', { className: 'error-card' }, el('header', {}, icon('alert'), el('strong', {}, t('no_plan'))), el('p', {}, problem)),
    el('div', { className: 'row' }, button(t('reconcile_now'), () => attempt(() => reconcile({}, t('reconciled')))),
      plan?.needs_approval && button(t('approve'), () => attemptSure({ title: t('approve'), text: t('approve_sure', { n: plan.held.filter(({ reason }) => reason === 'SafetyShare').length }), action: t('approve') },
        () => reconcile({ approve: true, revision }, t('approved'))), 'danger')),
    (acts.length > 0 || plan?.held.length === 0) && el('section', { className: 'panel' }, el('h3', {}, t('plan_next')), lanes(acts, t('plan_empty'))),
    plan?.held.length > 0 && el('section', { className: 'panel' }, el('h3', {}, t('plan_held')), table([t('runner'), t('reason'), t('message')], plan.held.map((hold) => [runnerLink(hold), hold.reason, hold.message]))),
  ];
}

/** Something that is wrong with the operator, each problem of the files with its place and its remedy. */
export const conditionCard = ({ type, message, problems = [] }) => el('section', { className: 'error-card' }, el('header', {}, icon('alert'), el('strong', {}, type)),
  problems.length > 0 ? el('ul', {}, problems.map((each) => el('li', {}, el('code', {}, [each.file, each.line].filter(Boolean).join(':')), ` ${each.message} ${each.remedy}`))) : el('p', {}, message));

const lanes = (rows, empty) => table([t('runner'), t('act'), t('reason'), ''], rows.map((lane) => [runnerLink(lane),
  el('span', { className: `badge ${lane.isWorking ? 'good' : ''}`, title: lane.isWorking ? t('plan_working') : '' }, lane.verb), lane.cause,
  el('details', {}, el('summary', {}, t('steps')), el('ol', {}, lane.steps.map((step) => el('li', {}, el('code', {}, step)))))]), empty);

const runnerLink = ({ user, backend, runner }) => (user.id ? link(path(['admin', 'runners', String(user.id), backend]), {}, `${user.email} · ${backend}`) : runner);
