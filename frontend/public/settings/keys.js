import { get, path, post, put, remove } from '../core/api.js';
import { button, el, fill } from '../core/dom.js';
import { ask, attempt, field, select } from '../core/form.js';
import { has, number, t } from '../core/i18n.js';
import { store } from '../core/store.js';

export async function page(context) {
  const isAdmin = store.state.user.role === 'admin';
  const [keys, shared] = await Promise.all([get('/api/me/env-overrides'), isAdmin ? get('/api/admin/shared-env') : null]);
  context.onClose(store.on('keys', context.redraw));
  const known = store.state.backends.map(({ name }) => name);
  return [
    el('p', { className: 'lead' }, t('keys_lead')),
    keys.vars.length === 0 && el('p', { className: 'nothing' }, t('no_vars')),
    known.length > 0 && keys.vars.length > 0 && tester(keys),
    ...keys.vars.map((variable) => card({ keys, shared, variable, context })),
  ];
}

const nameOf = (backend) => store.state.backends.find(({ name }) => name === backend)?.display_name ?? backend;

function card({ keys, shared, variable, context }) {
  const users = keys.backends[variable] ?? [];
  const steps = el('ol', { className: 'ladder' });
  let backend = users[0];
  const draw = () => fill(steps, ladder(keys, variable, backend).map((row) => step(row)));
  const chooser = users.length > 1
    ? select(users.map((name) => [name, nameOf(name)]), backend, (value) => { backend = value; draw(); }, { 'aria-label': t('shown_for') })
    : null;

  function step({ tier, masked, isSet, wins }) {
    const isOwn = tier === 'backend' || tier === 'global';
    const scope = tier === 'backend' ? backend : '';
    return el('li', { className: wins ? 'wins' : '' },
      el('div', {}, el('strong', {}, t(`tier.${tier}`, { name: nameOf(backend) })), ' ', wins && el('span', { className: 'badge accent' }, t('in_use')),
        el('p', {}, masked ? el('code', {}, masked) : t(isSet ? 'is_set' : 'not_set'))),
      isOwn && el('div', { className: 'row', role: 'group', 'aria-label': variable },
        button(t(isSet ? 'change' : 'set'), () => edit(variable, scope, keys, context), isSet || tier === 'backend' ? '' : 'primary', { 'aria-label': `${t(isSet ? 'change' : 'set')}: ${variable}, ${t(`tier.${tier}`, { name: nameOf(backend) })}` }),
        isSet && button(t('remove'), () => save(variable, scope, '', context), 'quiet')),
      tier === 'shared' && shared && shareSwitch(variable, shared, context));
  }

  draw();
  return el('section', { className: 'panel' },
    el('header', {}, el('div', {}, el('h3', {}, el('code', {}, variable)), has(`var.${variable}`) && el('p', { className: 'quiet' }, t(`var.${variable}`))), chooser),
    el('div', { className: 'row' }, el('span', { className: 'quiet' }, t('used_by')), users.map((name) => el('span', { className: 'badge' }, nameOf(name)))), steps);
}

function shareSwitch(variable, shared, context) {
  const isOn = Boolean(shared.shared[variable]);
  const control = el('input', { type: 'checkbox', role: 'switch', checked: isOn, disabled: !isOn && !shared.admin_has_value[variable], 'aria-label': `${t('share')}: ${variable}`, onchange: async () => {
    await attempt(async () => {
      const { recycled } = await put(path(['api', 'admin', 'shared-env', variable]), { shared: control.checked });
      return t(control.checked ? 'share_is_on' : 'share_is_off', { n: recycled ?? 0 });
    });
    context.redraw();
  } });
  return el('label', { className: 'row', title: shared.admin_has_value[variable] ? '' : t('share_needs_value') }, control, t('share'));
}

function edit(variable, backend, keys, context) {
  const isSecret = /KEY|TOKEN|SECRET|PASSWORD/.test(variable);
  const input = el('input', { type: isSecret ? 'password' : 'text', autocomplete: 'off', spellcheck: false, name: variable, placeholder: has(`example.${variable}`) ? t(`example.${variable}`) : '' });
  const restarts = runnersOf(keys, store.state.runners, variable, backend);
  ask({
    title: variable, label: t('save'),
    fields: [field(t(backend ? 'tier.backend' : 'tier.global', { name: nameOf(backend) }), input), el('p', { className: 'quiet' }, t('keys_kept')),
      restarts > 0 && el('p', { className: 'badge accent' }, t('restarts', { n: restarts }))],
    act: () => (input.value.trim() ? save(variable, backend, input.value, context) : input.focus()),
  });
}

const save = (variable, backend, value, context) => attempt(async () => {
  const answer = value === '' ? await remove(path(['api', 'me', 'env-overrides', variable], { backend }))
    : await put(path(['api', 'me', 'env-overrides', variable]), { value, backend });
  context.redraw();
  return t(answer?.recycled ? 'saved_restarting' : 'saved', { n: answer?.recycled ?? 0 });
});

/** Asks the upstream of a backend for its models, with the values that would be used. */
function tester(keys) {
  const users = [...new Set(Object.values(keys.backends).flat())];
  let backend = users[0];
  const result = el('p', { className: 'quiet', role: 'status' });
  const run = button(t('test_keys'), async () => {
    run.disabled = true;
    result.textContent = t('testing');
    try {
      const answer = await post('/api/me/env-overrides/test', { backend });
      const models = answer.models.slice(0, 5).join(', ');
      result.textContent = answer.ok ? [t('test_ok', { time: number(answer.milliseconds) }), models].filter(Boolean).join(' · ') : answer.message;
      result.className = answer.ok ? 'badge good' : 'wrong';
    } catch (error) {
      result.textContent = error.message;
      result.className = 'wrong';
    }
    run.disabled = false;
  });
  return el('section', { className: 'panel' }, el('div', { className: 'setting' },
    el('div', {}, el('h3', {}, t('test_title')), el('p', {}, t('test_about'))),
    el('div', { className: 'row' }, users.length > 1 && select(users.map((name) => [name, nameOf(name)]), backend, (value) => { backend = value; }, { 'aria-label': t('shown_for') }), run)), result);
}

/**
 * The tiers of one variable for one backend, highest first, without a document: `{tier, masked, isSet, wins}`.
 * `keys` is the answer of /api/me/env-overrides. A tier below is listed when it can have a value.
 */
export function ladder(keys, variable, backend) {
  const effective = keys.effective[backend]?.[variable] ?? { source: 'unset', masked: null };
  const own = keys.overrides[backend]?.[variable] ?? null;
  const global = keys.overrides['']?.[variable] ?? null;
  const shared = Boolean(keys.admin_shared[variable] && keys.admin_shared_present?.[variable]);
  const masked = (source) => (effective.source === source ? effective.masked ?? null : null);
  const rows = [
    { tier: 'backend', masked: own, isSet: own !== null },
    { tier: 'global', masked: global, isSet: global !== null },
    { tier: 'shared', masked: masked('shared'), isSet: shared },
    { tier: 'stack', masked: masked('stack'), isSet: effective.source === 'stack' },
    { tier: 'backend_default', masked: masked('backend_default'), isSet: effective.source === 'backend_default' },
  ];
  return rows.filter(({ tier, isSet }) => isSet || tier === 'backend' || tier === 'global' || tier === 'shared')
    .map((row) => ({ ...row, wins: row.tier === effective.source }));
}

/** How many running agents use a variable (of one backend, or of all when it is empty). */
export function runnersOf(keys, runners, variable, backend) {
  const users = backend ? [backend] : keys.backends[variable] ?? [];
  return users.filter((name) => ['ready', 'starting', 'pulling', 'queued', 'draining'].includes(runners[name]?.phase)).length;
}
