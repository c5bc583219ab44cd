import { get, patch, path, post, remove, request } from '../core/api.js';
import { ago, button, clock, duration, el, facts, fill, icon, iconButton, link, moment, number, t } from '../core/dom.js';
import { navigate } from '../core/router.js';
import { ask, attempt, attemptSure, expiresAt, expiryChoice, field, logText, panel, table, timeline } from '../core/section.js';
import { store } from '../core/store.js';
import { copy, errorToast, menu } from '../core/ui.js';

export async function overview() {
  const [{ runners }, { users }, health, { phases, failures, cold_starts: starts, suspended }, { configuration }] = await Promise.all([
    get('/api/admin/runners'), get('/api/admin/users?limit=500'), get('/healthz').catch(() => ({})), get('/api/admin/overview'), get('/api/admin/plan')]);
  const prepull = health.prepull_status ?? {};
  const sum = (...names) => names.reduce((total, name) => total + (phases[name] ?? 0), 0);
  return [
    configuration.conditions.map(conditionCard),
    el('div.figures', figure(number(sum('ready', 'draining')), t('running')), figure(number(sum('queued', 'pulling', 'starting')), t('coming')),
      figure(number(sum('failed')), t('phase.failed')), figure(number(users.length), t('admin.users')),
      suspended > 0 && figure(number(suspended), t('suspended')), starts.count > 0 && [figure(duration(starts.p50_ms), t('cold_p50')), figure(duration(starts.p95_ms), t('cold_p95'))]),
    panel(t('failures'), table([t('reason'), t('times')],
      Object.entries(failures).map(([reason, count]) => [link('/admin/runners?phase=failed', {}, reason), count]), t('no_failures'))),
    panel(t('backends'), table([t('name'), t('running'), t('phase.failed'), t('idle')], store.state.backends.map((backend) => {
      const own = runners.filter((runner) => runner.backend === backend.name);
      return [el('span.row', backend.display_name, backend.disabled && el('span.badge', t('phase.disabled'))), own.filter(({ running }) => running).length,
        own.filter(({ phase }) => phase === 'failed').length, backend.default_idle_seconds ? duration(backend.default_idle_seconds * 1000) : t('never')];
    }))),
    !prepull._disabled && Object.keys(prepull).length > 0 && el('section.panel', el('h3', t('images')),
      table([t('image'), t('status')], Object.entries(prepull).map(([image, state]) => [el('code', image), el('span', { className: `badge ${state.startsWith('failed') ? 'bad' : 'good'}` }, state)]))),
  ];
}

const figure = (value, label) => el('div.figure', el('strong', value), el('span', label));

export async function users(context) {
  const asked = filters(['q', 'before']);
  const { users, next } = await get(path(['api', 'admin', 'users'], { ...asked, limit: 100 }));
  return [
    el('div.filters', filterInput('q', t('search'), asked.q), button([icon('plus'), t('new_user')], () => createUser(context), 'primary')),
    table([t('user'), t('role'), t('last_seen'), t('admin.runners'), t('chats'), t('settings.tokens'), t('created'), ''], users.map((user) => [
      el('div', el('strong', user.name), el('div.quiet', user.email)),
      el('span', { className: `badge ${user.disabled ? 'bad' : user.role === 'admin' ? 'accent' : ''}` }, t(user.disabled ? 'disabled' : `role.${user.role}`)),
      user.last_seen_at ? ago(user.last_seen_at) : t('never_used'), user.runners ?? 0, user.conversations ?? 0, user.tokens ?? 0, moment(user.created_at), more(user, context)]), t('nothing_found')),
    next && el('a.button', { href: path(['admin', 'users'], { q: asked.q, before: next }) }, t('more')),
  ];
}

function more(user, context) {
  if (user.role === 'admin') return null;
  const anchor = iconButton('more', t('actions_of', { name: user.email }), () => menu(anchor, [
    { label: t(user.disabled ? 'enable' : 'disable'), run: () => change(user, { disabled: !user.disabled }, context) },
    { label: t('reset_password'), run: () => resetPassword(user, context) },
    { label: t('delete'), danger: true, run: () => removeUser(user, context) },
  ]), { 'aria-haspopup': 'menu' });
  return anchor;
}

const redrawing = (context, act) => attempt(async () => {
  const text = await act();
  context.redraw();
  return text ?? t('saved');
});

const change = (user, values, context) => redrawing(context, async () => { await patch(path(['api', 'admin', 'users', user.id]), values); });

function createUser(context) {
  const email = el('input', { type: 'email', autocomplete: 'off' });
  const name = el('input', { autocomplete: 'off' });
  const password = el('input', { type: 'password', autocomplete: 'new-password' });
  ask({ title: t('new_user'), fields: [field(t('email'), email), field(t('name_optional'), name), field(t('password'), password)], label: t('create'), act: () => redrawing(context, async () => {
    await post('/api/admin/users', { email: email.value, password: password.value, ...(name.value ? { name: name.value } : {}) });
  }) });
}

function resetPassword(user, context) {
  const password = el('input', { type: 'password', autocomplete: 'new-password' });
  ask({ title: t('reset_password'), fields: [el('p', user.email), field(t('new_password'), password)], label: t('save'), act: () => change(user, { password: password.value }, context) });
}

function removeUser(user, context) {
  const keep = el('input', { type: 'checkbox', checked: true });
  const counts = { runners: user.runners ?? 0, chats: user.conversations ?? 0, tokens: user.tokens ?? 0 };
  ask({ title: t('delete_user', { name: user.email }), fields: [el('p', t('goes_with_user', counts)), el('label.row', keep, t('keep_home'))], label: t('delete'), look: 'danger', act: () => redrawing(context, async () => {
    const answer = await request('DELETE', path(['api', 'admin', 'users', user.id], { home: keep.checked ? 'keep' : 'remove' }), undefined, { headers: { Prefer: 'return=representation' } });
    const gone = answer?.deleted;
    return gone ? t('user_deleted', { runners: gone.runners, chats: gone.conversations, tokens: gone.tokens }) : t('deleted');
  }) });
}

/** Milliseconds between looks, with a pull and without. */
const often = 1000;
const seldom = 10_000;

export async function backends(context) {
  const list = el('div');
  let timer = 0;
  const read = async () => {
    const { backends } = await get('/api/admin/backends');
    fill(list, table([t('name'), t('image'), t('status'), t('running'), t('drifted'), t('last_pull'), ''], backends.map((backend) => [
      el('span.row', backend.display_name, backend.disabled && el('span.badge', t('phase.disabled'))),
      el('div', el('code', backend.image), backend.image_id && el('div.quiet', el('code', { title: backend.image_id }, backend.image_id.replace('sha256:', '').slice(0, 12)))),
      imageState(backend), backend.running, backend.drifted, lastPull(backend), pullButton(backend, read)])));
    clearTimeout(timer);
    timer = setTimeout(look, backends.some(({ pull }) => pull) ? often : seldom);
  };
  const look = () => (document.hidden ? (timer = setTimeout(look, seldom)) : read().catch(() => { timer = setTimeout(look, seldom); }));
  context.onClose(() => clearTimeout(timer));
  await read();
  if (!context.isOpen()) clearTimeout(timer);
  return [el('p.lead', t('backends_lead')), list];
}

function imageState({ present, problem, pull }) {
  if (pull) return pullProgress(pull);
  const [tone, word] = present ? ['good', 'present'] : present === false ? ['bad', 'missing'] : ['', 'unknown'];
  return el('span', { className: `badge ${tone}`, title: problem ?? '' }, t(`image_${word}`));
}

function pullProgress({ bytes, total_bytes: total, layers, layers_done: done, status }) {
  const percent = total > 0 ? Math.min(100, Math.floor((bytes / total) * 100)) : null;
  return el('div.pulling', el('progress', { 'aria-label': t('phase.pulling'), max: 100, ...(percent === null ? {} : { value: percent }) }),
    el('span.quiet', percent === null ? status || t('phase.pulling') : t('pulled_of', { percent, size: number(total / 1e6, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 0 }), done, layers })));
}

function lastPull({ last_pull: pull }) {
  if (!pull) return '';
  const when = ago(Date.parse(pull.ended_at) / 1000);
  return pull.problem ? el('span.wrong', `${when}: ${pull.problem}`) : when;
}

function pullButton(backend, read) {
  const isNever = backend.pull_policy === 'never';
  return button(t('pull'), () => post(path(['api', 'admin', 'backends', backend.name, 'pull'])).then(read).catch(errorToast), 'tiny',
    { disabled: isNever || Boolean(backend.pull), 'aria-label': t('pull_of', { name: backend.display_name }), title: isNever ? t('pull_never') : '' });
}

export async function plan(context) {
  const { configuration: { revision, conditions }, problem, plan } = await get('/api/admin/plan');
  const acts = plan ? [...plan.working.map((lane) => ({ ...lane, isWorking: true })), ...plan.lanes] : [];
  const reconcile = async (body, text) => {
    await post('/api/admin/reconcile', body);
    context.redraw();
    return text;
  };
  return [
    el('p.lead', t('plan_lead')),
    conditions.map(conditionCard),
    problem && el('section.error-card', el('header', icon('alert'), el('strong', t('no_plan'))), el('p', problem)),
    el('div.row', button(t('reconcile_now'), () => attempt(() => reconcile({}, t('reconciled')))),
      plan?.needs_approval && button(t('approve'), () => attemptSure({ title: t('approve'), text: t('approve_sure', { n: plan.held.filter(({ reason }) => reason === 'SafetyShare').length }), action: t('approve') },
        () => reconcile({ approve: true, revision }, t('approved'))), 'danger')),
    (acts.length > 0 || plan?.held.length === 0) && panel(t('plan_next'), lanes(acts, t('plan_empty'))),
    plan?.held.length > 0 && panel(t('plan_held'), table([t('runner'), t('reason'), t('message')], plan.held.map((hold) => [runnerLink(hold), hold.reason, hold.message]))),
  ];
}

const conditionCard = ({ type, message, problems = [] }) => el('section.error-card', el('header', icon('alert'), el('strong', type)),
  problems.length > 0 ? el('ul', problems.map((each) => el('li', el('code', [each.file, each.line].filter(Boolean).join(':')), ` ${each.message} ${each.remedy}`))) : el('p', message));

const lanes = (rows, empty) => table([t('runner'), t('act'), t('reason'), ''], rows.map((lane) => [runnerLink(lane),
  el('span', { className: `badge ${lane.isWorking ? 'good' : ''}`, title: lane.isWorking ? t('plan_working') : '' }, lane.verb), lane.cause,
  el('details', el('summary', t('steps')), el('ol', lane.steps.map((step) => el('li', el('code', step)))))]), empty);

const runnerLink = ({ user, backend, runner }) => (user.id ? link(path(['admin', 'runners', user.id, backend]), {}, `${user.email} · ${backend}`) : runner);

export async function invites(context) {
  const { invites } = await get('/api/admin/invites');
  return [
    el('section.panel', el('header', el('div', el('h3', t('admin.invites')), el('p.quiet', t('invites_about'))), button([icon('plus'), t('new_invite')], () => createInvite(context), 'primary')),
      table([t('name'), t('code_word'), t('used'), t('uses_left'), t('expires'), ''], invites.map((invite) => [
        invite.name, el('code', invite.code), invite.used, invite.uses_left === null ? t('unlimited') : number(invite.uses_left), invite.expires_at ? moment(invite.expires_at) : t('never'),
        el('div.acts', button([icon('copy'), t('copy_link')], () => copy(`${location.origin}/?invite=${encodeURIComponent(invite.code)}`), 'tiny'),
          button(t('revoke'), () => revoke(invite, context), 'tiny'))]), t('no_invites'))),
  ];
}

function createInvite(context) {
  const name = el('input', { maxLength: 100 });
  const uses = el('input', { type: 'number', min: 1, placeholder: t('unlimited') });
  const expiry = expiryChoice([1, 7, 30], 7);
  ask({ title: t('new_invite'), fields: [field(t('name'), name), field(t('uses'), uses), field(t('expires'), expiry)], label: t('create'), act: () => attempt(async () => {
    await post('/api/admin/invites', { name: name.value.trim(), ...(uses.value ? { uses: Number(uses.value) } : {}), ...expiresAt(expiry) });
    context.redraw();
  }) });
}

const revoke = (invite, context) => attemptSure({ title: t('revoke_of', { name: invite.name }), text: t('revoke_invite_about'), action: t('revoke') }, async () => {
  await remove(path(['api', 'admin', 'invites', invite.id]));
  context.redraw();
});

export async function audit() {
  const asked = filters(['actor', 'action', 'target', 'before']);
  const { entries, next, actions } = await get(path(['api', 'admin', 'audit'], { ...asked, limit: 100 }));
  return [
    el('div.filters', filterInput('actor', t('actor'), asked.actor), filterInput('action', t('action'), asked.action, actions.map((name) => [name, name])),
      filterInput('target', t('target'), asked.target), el('a.button', { download: 'audit.csv', href: path(['api', 'admin', 'audit'], { ...asked, format: 'csv' }) }, t('download_csv'))),
    table([t('time'), t('actor'), t('action'), t('target'), t('change_of'), t('request'), t('address')], entries.map((entry) => [
      moment(entry.at), entry.actor?.email ?? entry.actor?.kind ?? '', el('code', entry.action), entry.target ?? '', changed(entry), el('code.quiet', entry.request_id ?? ''), entry.address ?? '']), t('nothing_found')),
    next && el('a.button', { href: path(['admin', 'audit'], { ...asked, before: next }) }, t('more')),
  ];
}

const word = (value) => (value == null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));
const changed = ({ before, after }) => [word(before), word(after)].filter(Boolean).join(' → ');

const phases = ['queued', 'pulling', 'starting', 'ready', 'draining', 'stopping', 'failed', 'unknown'];

/** Draws the section again from time to time, unless somebody is at something in it. */
function keepNew(context, milliseconds) {
  const timer = setInterval(() => {
    const { body } = context;
    const isBusy = body.contains(document.activeElement) || body.querySelector('details[open]') || document.querySelector('dialog[open]') || !getSelection().isCollapsed;
    if (!document.hidden && !isBusy) context.redraw();
  }, milliseconds);
  context.onClose(() => clearInterval(timer));
}

export async function runners(context) {
  const [user, backend] = context.route.rest ?? [];
  if (user && backend) return detail(context, user, backend);
  const asked = filters(['user', 'backend', 'phase']);
  const { runners: found, suspended } = await get(path(['api', 'admin', 'runners'], asked));
  keepNew(context, 5000);
  return [
    el('div.filters', filterInput('user', t('user'), asked.user),
      filterInput('backend', t('agent'), asked.backend, store.state.backends.map(({ name, display_name: label }) => [name, label])),
      filterInput('phase', t('phase'), asked.phase, phases.map((phase) => [phase, t(`phase.${phase}`)]))),
    table([t('user'), t('agent'), t('phase'), t('since_when'), t('reason'), ''], found.map((runner) => [
      userLink(runner), runner.backend, phaseCell(runner), runner.started_at ? ago(runner.started_at) : '',
      runner.failure?.message ?? runner.conditions?.find(({ type }) => type === 'Ready')?.reason ?? '', runner.user.id ? acts(runner, context) : null]), t('no_runners')),
    suspended.length > 0 && panel(t('suspended'), table([t('user'), t('agent'), t('reason'), ''], suspended.map((each) => [
      userLink(each), each.backend, each.reason, each.user.id && resumeButton(each, context)]))),
  ];
}

const userLink = ({ user, backend }) => (user.id ? link(path(['admin', 'runners', user.id, backend]), {}, user.email) : user.slug);

const api = (runner, ...rest) => path(['api', 'admin', 'runners', runner.user.id, runner.backend, ...rest]);

const phaseCell = ({ phase }) => el('span.row', el('span', { className: `dot ${phase}` }), t(`phase.${phase}`));

function acts(runner, context) {
  return el('div.acts', button(t('recycle'), () => recycle(runner, context), 'tiny'), button(t('act.stop'), () => stop(runner, context), 'tiny'), button(t('suspend'), () => suspend(runner, context), 'tiny'));
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

const resumeButton = (runner, context) => button(t('resume'), () => attempt(async () => {
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

async function detail(context, user, backend) {
  const of = ['api', 'admin', 'runners', user, backend];
  const missing = (empty) => (error) => { if (error.status === 404) return empty; throw error; };
  const [{ runner: known, observed, diff, next, suspended, problem, events }, logs] = await Promise.all([get(path(of, { events: 50 })), get(path([...of, 'logs'], { tail: 200 })).catch(missing({ lines: [] }))]);
  keepNew(context, 2500);
  const runner = known.phase === 'stopped' && !observed ? null : known;
  const rows = runner ? [['phase', phaseCell(runner)], ['container', runner.container_name], ['started', runner.started_at && moment(runner.started_at)],
    ['last_active', runner.last_active && ago(runner.last_active)], ['idle', runner.idle_seconds ? duration(runner.idle_seconds * 1000) : t('never')],
    ['held_by', runner.held_by?.join(', ')]] : [];
  const last = events.find((event) => event.log_tail?.length > 0);
  return [
    el('p', link('/admin/runners', {}, `← ${t('admin.runners')}`)),
    el('section.panel', el('header', el('h2', `${known.user.email ?? `#${user}`} · ${backend}`), suspended ? resumeButton(known, context) : runner && acts(runner, context)),
      suspended && el('p', el('span.badge.bad', t('suspended')), ` ${suspended.reason}`), problem && el('p.wrong', problem),
      why(runner) && el('p', withMoments(why(runner))), runner ? facts(rows) : el('p.quiet', t('runner_gone'))),
    runner?.failure && el('section.error-card', el('header', el('strong', runner.failure.reason)), el('p', runner.failure.message),
      runner.failure.log_tail.length > 0 && el('pre', { tabIndex: 0 }, runner.failure.log_tail.join('\n')), el('p.facts', moment(runner.failure.at))),
    runner?.conditions?.length > 0 && panel(t('conditions'), table([t('condition'), t('status'), t('reason'), t('message'), t('since_when')],
      runner.conditions.map((condition) => [condition.type, el('span', { className: `badge ${tone(condition)}` }, condition.status), condition.reason, withMoments(condition.message), ago(condition.since)]))),
    (diff.length > 0 || next) && panel(t('difference'), next && el('p', el('span.badge', next.verb), ` ${next.cause}`),
      diff.length > 0 && table([t('field'), t('is_now'), t('should_be')], diff.map(({ field, from, to, shown }) => [el('code', field), shown ? from ?? t('unset') : t('changed_secret'), shown ? to ?? t('unset') : '']))),
    panel(t('events'), events.length > 0 ? timeline(events) : el('p.quiet', t('no_events'))),
    el('section.panel', el('header', el('h3', t('logs')), logs.container && el('code.quiet', logs.container)),
      logs.lines.length > 0 ? logText(logs.lines) : el('p.quiet', t('no_logs')),
      last && [el('h3', t('logs_previous', { time: moment(last.at) })), logText(last.log_tail)]),
  ];
}

/** Moments in a text of the server, as people write them. */
export const withMoments = (text) => text?.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (written) => clock(Date.parse(written) / 1000));

function why(runner) {
  const of = (kind) => runner?.conditions?.find(({ type, status }) => type === kind && status === 'True');
  return (of('Stalled') ?? of('Reconciling') ?? of('Ready'))?.message;
}

const tone = ({ type, status }) => (status === 'True' ? (type === 'Stalled' ? 'bad' : 'good') : '');

/** What is asked for is kept in the address. */
function filters(names) {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(names.map((name) => [name, query.get(name) ?? '']));
}

/** Words, or a choice of `options` (`[value, label]`). */
function filterInput(name, label, value, options) {
  const change = (next) => {
    const query = new URLSearchParams(location.search);
    query.delete('before');
    if (next) query.set(name, next);
    else query.delete(name);
    navigate(`${location.pathname}${query.size ? `?${query}` : ''}`, { replace: true });
  };
  if (!options) return el('input', { type: 'search', placeholder: label, 'aria-label': label, value, onchange: (event) => change(event.target.value.trim()) });
  const element = el('select', { 'aria-label': label, onchange: () => change(element.value) }, el('option', { value: '' }, label), options.map(([key, text]) => el('option', { value: key }, text)));
  element.value = value;
  return element;
}
