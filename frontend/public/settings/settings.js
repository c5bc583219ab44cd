import { get, patch, path, post, put, remove } from '../core/api.js';
import { ago, button, duration, el, fill, has, icon, link, moment, number, t } from '../core/dom.js';
import { ask, attempt, attemptSure, expiresAt, expiryChoice, field, logText, panel, select, setting, table, timeline } from '../core/section.js';
import { read, readConversations, store, write } from '../core/store.js';
import { confirm, copy, dialog, errorToast, toast } from '../core/ui.js';
import { actOn, phaseAction, phaseWord } from '../sidebar/sidebar.js';

export function general() {
  return el('div.panel',
    choice('theme', [['system', t('theme_system')], ['light', t('theme_light')], ['dark', t('theme_dark')]], read('theme', 'system'), setTheme),
    choice('language', [['auto', t('theme_system')], ['en', 'English'], ['zh', '中文']], read('language', 'auto'), (value) => {
      write('language', value === 'auto' ? null : value);
      location.reload();
    }),
    choice('send_key', [['enter', t('send_enter')], ['ctrl-enter', t('send_ctrl_enter')]], read('sendKey', 'enter'), (value) => write('sendKey', value)));
}

const choice = (key, ...of) => setting(key, select(...of, { 'aria-label': t(key) }));

function setTheme(value) {
  write('theme', value === 'system' ? null : value);
  if (value === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = value;
}

const choices = [60, 300, 600, 1800, 3600, 21_600];

export function runners(context) {
  const list = el('div.panel');
  const draw = () => fill(list, store.state.backends.map(runnerRow), store.state.backends.length === 0 && el('p.nothing', t('no_backends')));
  context.onClose(store.on('runners', () => { if (!list.contains(document.activeElement) || document.activeElement.tagName !== 'SELECT') draw(); }));
  draw();
  return [el('p.lead', t('runners_lead')), list];
}

function runnerRow(backend) {
  const runner = store.state.runners[backend.name];
  const action = phaseAction(runner);
  const seconds = [...new Set([0, ...choices, backend.idle_seconds])].sort((a, b) => a - b);
  const idle = select(seconds.map((value) => [value, value === 0 ? t('never') : duration(value * 1000)]), backend.idle_seconds, (value) => setIdle(backend, Number(value)), { 'aria-label': t('idle_of', { name: backend.display_name }), disabled: Boolean(runner?.idle_declared_by), title: runner?.idle_declared_by ? t('idle_declared') : '' });
  return el('div.setting',
    el('div', el('h3', backend.display_name), el('p.row', el('span', { className: `dot ${runner?.phase ?? 'stopped'}` }), phaseWord(runner),
      runner?.started_at && el('span', t('since', { time: duration(Date.now() - runner.started_at * 1000) })))),
    el('label.row', el('span.quiet', t('stops_after')), idle),
    el('div.row',
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
      lines.length > 0 ? logText(lines) : el('p.quiet', t('no_logs')), timeline(events)] });
  } catch (error) {
    errorToast(error);
  }
}

const largest = 32 * 1024 * 1024;

export function data() {
  const file = el('input', { type: 'file', accept: 'application/json,.json', className: 'offscreen', tabIndex: -1, 'aria-label': t('import'), onchange: () => { if (file.files[0]) bringIn(file.files[0]); file.value = ''; } });
  return el('div.panel',
    setting('export', link('/api/conversations/export', { className: 'button', download: 'conversations.json' }, t('export_all'))),
    setting('import', el('div', button(t('choose_file'), () => file.click()), file)),
    setting('delete_all', button(t('delete_all'), deleteAll, 'danger')));
}

async function bringIn(file) {
  if (file.size > largest) return toast(t('file_too_large'), { error: true });
  try {
    const { imported } = await post('/api/conversations/import', JSON.parse(await file.text()));
    toast(t('imported', { n: imported }));
    await readConversations();
  } catch (error) {
    if (error instanceof SyntaxError) toast(t('not_json'), { error: true });
    else errorToast(error);
  }
}

async function deleteAll() {
  if (!await confirm({ title: t('delete_all'), text: t('delete_all_sure'), action: t('delete') })) return;
  let deleted = 0;
  try {
    for (;;) {
      const { conversations } = await get('/api/conversations?limit=100');
      if (conversations.length === 0) break;
      for (const { id } of conversations) {
        await remove(path(['api', 'conversations', id]));
        deleted += 1;
      }
    }
  } catch (error) {
    errorToast(error);
  }
  store.state.chats.clear();
  await readConversations().catch(() => {});
  toast(t('deleted_chats', { n: deleted }));
}

export function account({ onSignOut, onUser }) {
  const { user } = store.state;
  const name = el('input', { value: user.name, autocomplete: 'name', maxLength: 200 });
  const current = el('input', { type: 'password', autocomplete: 'current-password', required: true });
  const next = el('input', { type: 'password', autocomplete: 'new-password', required: true, minLength: 8, maxLength: 1024 });
  const submit = (act) => (event) => {
    event.preventDefault();
    attempt(async () => {
      await act();
      return t('saved');
    });
  };
  return [
    panel(t('profile'), el('form.form', { onsubmit: submit(async () => onUser((await patch('/api/me', { name: name.value })).user)) },
      el('p.quiet', user.email), field(t('name'), name), el('div.row', el('button', { type: 'submit', className: 'button' }, t('save'))))),
    panel(t('change_password'), el('form.form', { onsubmit: submit(async () => {
      await put('/api/me/password', { current_password: current.value, new_password: next.value });
      current.value = next.value = '';
    }) }, el('input', { type: 'hidden', autocomplete: 'username', value: user.email }), field(t('current_password'), current), field(t('new_password'), next),
    el('p.quiet', t('password_about')), el('div.row', el('button', { type: 'submit', className: 'button' }, t('change_password'))))),
    el('section.panel', el('div.setting', el('div', el('h3', t('sessions')), el('p', t('sessions_about'))),
      el('div.row', button(t('sign_out'), onSignOut), button(t('sign_out_everywhere'), () => post('/auth/logout-everywhere').then(onSignOut).catch(errorToast), 'danger')))),
  ];
}

export function shortcuts() {
  const control = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';
  const send = read('sendKey') === 'ctrl-enter' ? [control, 'Enter'] : ['Enter'];
  const rows = [['keys.search', control, 'K'], ['keys.new', control, 'Shift', 'O'], ['keys.send', ...send], ['keys.line', ...(send.length > 1 ? ['Enter'] : ['Shift', 'Enter'])],
    ['keys.stop', 'Esc'], ['keys.edit', '↑'], ['keys.menu', '↑', '↓']];
  return el('div.panel', rows.map(([key, ...keys]) => el('div.setting', el('span', t(key)),
    el('span.row', keys.map((name) => el('kbd', name))))));
}

export async function keys(context) {
  const isAdmin = store.state.user.role === 'admin';
  const [values, shared] = await Promise.all([get('/api/me/env-overrides'), isAdmin ? get('/api/admin/shared-env') : null]);
  context.onClose(store.on('keys', context.redraw));
  const known = store.state.backends.map(({ name }) => name);
  return [
    el('p.lead', t('keys_lead')),
    values.vars.length === 0 && el('p.nothing', t('no_vars')),
    known.length > 0 && values.vars.length > 0 && tester(values),
    ...values.vars.map((variable) => card({ keys: values, shared, variable, context })),
  ];
}

const nameOf = (backend) => store.state.backends.find(({ name }) => name === backend)?.display_name ?? backend;

function card({ keys, shared, variable, context }) {
  const users = keys.backends[variable] ?? [];
  const steps = el('ol.ladder');
  let backend = users[0];
  const draw = () => fill(steps, ladder(keys, variable, backend).map((row) => step(row)));
  const chooser = users.length > 1
    ? select(users.map((name) => [name, nameOf(name)]), backend, (value) => { backend = value; draw(); }, { 'aria-label': t('shown_for') })
    : null;

  function step({ tier, masked, isSet, wins }) {
    const isOwn = tier === 'backend' || tier === 'global';
    const scope = tier === 'backend' ? backend : '';
    return el('li', { className: wins ? 'wins' : '' },
      el('div', el('strong', t(`tier.${tier}`, { name: nameOf(backend) })), ' ', wins && el('span.badge.accent', t('in_use')),
        el('p', masked ? el('code', masked) : t(isSet ? 'is_set' : 'not_set'))),
      isOwn && el('div.row', { role: 'group', 'aria-label': variable },
        button(t(isSet ? 'change' : 'set'), () => edit(variable, scope, keys, context), isSet || tier === 'backend' ? '' : 'primary', { 'aria-label': `${t(isSet ? 'change' : 'set')}: ${variable}, ${t(`tier.${tier}`, { name: nameOf(backend) })}` }),
        isSet && button(t('remove'), () => save(variable, scope, '', context), 'quiet')),
      tier === 'shared' && shared && shareSwitch(variable, shared, context));
  }

  draw();
  return el('section.panel',
    el('header', el('div', el('h3', el('code', variable)), has(`var.${variable}`) && el('p.quiet', t(`var.${variable}`))), chooser),
    el('div.row', el('span.quiet', t('used_by')), users.map((name) => el('span.badge', nameOf(name)))), steps);
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
  return el('label.row', { title: shared.admin_has_value[variable] ? '' : t('share_needs_value') }, control, t('share'));
}

function edit(variable, backend, keys, context) {
  const isSecret = /KEY|TOKEN|SECRET|PASSWORD/.test(variable);
  const input = el('input', { type: isSecret ? 'password' : 'text', autocomplete: 'off', spellcheck: false, name: variable, placeholder: has(`example.${variable}`) ? t(`example.${variable}`) : '' });
  const restarts = runnersOf(keys, store.state.runners, variable, backend);
  ask({
    title: variable, label: t('save'),
    fields: [field(t(backend ? 'tier.backend' : 'tier.global', { name: nameOf(backend) }), input), el('p.quiet', t('keys_kept')),
      restarts > 0 && el('p.badge.accent', t('restarts', { n: restarts }))],
    act: () => (input.value.trim() ? save(variable, backend, input.value, context) : input.focus()),
  });
}

const save = (variable, backend, value, context) => attempt(async () => {
  const answer = value === '' ? await remove(path(['api', 'me', 'env-overrides', variable], { backend }))
    : await put(path(['api', 'me', 'env-overrides', variable]), { value, backend });
  context.redraw();
  return t(answer?.recycled ? 'saved_restarting' : 'saved', { n: answer?.recycled ?? 0 });
});

function tester(keys) {
  const users = [...new Set(Object.values(keys.backends).flat())];
  let backend = users[0];
  const result = el('p.quiet', { role: 'status' });
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
  return el('section.panel', el('div.setting',
    el('div', el('h3', t('test_title')), el('p', t('test_about'))),
    el('div.row', users.length > 1 && select(users.map((name) => [name, nameOf(name)]), backend, (value) => { backend = value; }, { 'aria-label': t('shown_for') }), run)), result);
}

/** The tiers of a variable, highest first: `{tier, masked, isSet, wins}`. `keys` is the answer of /api/me/env-overrides. */
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

/** How many runners use a variable, of one backend or of all. */
export function runnersOf(keys, runners, variable, backend) {
  const users = backend ? [backend] : keys.backends[variable] ?? [];
  return users.filter((name) => ['ready', 'starting', 'pulling', 'queued', 'draining'].includes(runners[name]?.phase)).length;
}

export async function tokens(context) {
  const { tokens: known } = await get('/api/me/tokens');
  const create = button([icon('plus'), t('new_token')], () => make(context), 'primary');
  return [
    el('p.lead', t('tokens_lead')),
    el('section.panel', el('header', el('h3', t('settings.tokens')), create),
      table([t('name'), t('token'), t('scope'), t('last_used'), t('expires'), ''], known.map((token) => [
        token.name, el('code', `${token.prefix}…`), token.backends?.length ? token.backends.join(', ') : t('all_agents'),
        token.last_used_at ? ago(token.last_used_at) : t('never_used'), token.expires_at ? moment(token.expires_at) : t('never'),
        button(t('revoke'), () => revoke(token, context), 'tiny', { 'aria-label': t('revoke_of', { name: token.name }) })]), t('no_tokens'))),
    panel(t('use_it'), snippets('ags_…')),
  ];
}

function make(context) {
  const name = el('input', { name: 'token-name', maxLength: 100, placeholder: t('token_name_example') });
  const expiry = expiryChoice([7, 30, 90, 365], 90);
  const boxes = store.state.backends.map((backend) => [backend.name, el('input', { type: 'checkbox' }), backend.display_name]);
  ask({
    title: t('new_token'), label: t('create'),
    fields: [field(t('name'), name), field(t('expires'), expiry), el('fieldset.checks', el('legend', t('scope_about')), boxes.map(([, box, label]) => el('label', box, label)))],
    act: () => attempt(async () => {
      const backends = boxes.filter(([, box]) => box.checked).map(([value]) => value);
      const { token } = await post('/api/me/tokens', { name: name.value.trim() || name.placeholder, ...(backends.length > 0 ? { backends } : {}), ...expiresAt(expiry) });
      context.redraw();
      shown(token, backends[0]);
    }),
  });
}

function shown(token, backend) {
  const opened = dialog({ title: t('token_made'), className: 'token-made', body: [el('p', t('token_once')),
    el('div.secret', el('code', token), button([icon('copy'), t('copy')], () => copy(token), 'primary')), snippets(token, backend)],
  actions: [button(t('done'), () => opened.close(), 'primary')] });
}

export function snippetTexts(token, origin, model) {
  return {
    curl: `curl ${origin}/v1/chat/completions \\\n  -H "Authorization: Bearer ${token}" \\\n  -H "Content-Type: application/json" \\\n  -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello"}]}'`,
    Python: `from openai import OpenAI\n\nclient = OpenAI(base_url="${origin}/v1", api_key="${token}")\nanswer = client.chat.completions.create(\n    model="${model}", messages=[{"role": "user", "content": "Hello"}]\n)\nprint(answer.choices[0].message.content)`,
  };
}

function snippets(token, backend) {
  const model = backend ?? store.state.backends.find(({ disabled }) => !disabled)?.name ?? 'demo';
  return el('div.form', Object.entries(snippetTexts(token, location.origin, model)).map(([name, text]) => el('div.snippet-box',
    el('div.code-head', el('span', name), button([icon('copy'), t('copy')], () => copy(text), 'tiny', { 'aria-label': `${t('copy')} ${name}` })), el('pre', { tabIndex: 0 }, text))));
}

const revoke = (token, context) => attemptSure({ title: t('revoke_of', { name: token.name }), text: t('revoke_about'), action: t('revoke') }, async () => {
  await remove(path(['api', 'me', 'tokens', token.id]));
  context.redraw();
  return t('revoked');
});
