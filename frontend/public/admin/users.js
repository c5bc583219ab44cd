import { get, patch, path, post, request } from '../core/api.js';
import { menu } from '../core/dialog.js';
import { button, el, icon, iconButton } from '../core/dom.js';
import { ask, attempt, field } from '../core/form.js';
import { ago, moment, t } from '../core/i18n.js';
import { table } from '../core/section.js';
import { filterInput, filters } from './filters.js';

export async function page(context) {
  const asked = filters(['q', 'before']);
  const { users, next } = await get(path(['api', 'admin', 'users'], { ...asked, limit: 100 }));
  return [
    el('div', { className: 'filters' }, filterInput('q', t('search'), asked.q), button([icon('plus'), t('new_user')], () => create(context), 'primary')),
    table([t('user'), t('role'), t('last_seen'), t('admin.runners'), t('chats'), t('settings.tokens'), t('created'), ''], users.map((user) => [
      el('div', {}, el('strong', {}, user.name), el('div', { className: 'quiet' }, user.email)),
      el('span', { className: `badge ${user.disabled ? 'bad' : user.role === 'admin' ? 'accent' : ''}` }, t(user.disabled ? 'disabled' : `role.${user.role}`)),
      user.last_seen_at ? ago(user.last_seen_at) : t('never_used'), user.runners ?? 0, user.conversations ?? 0, user.tokens ?? 0, moment(user.created_at), more(user, context)]), t('nothing_found')),
    next && el('a', { className: 'button', href: path(['admin', 'users'], { q: asked.q, before: String(next) }) }, t('more')),
  ];
}

function more(user, context) {
  if (user.role === 'admin') return null;
  const anchor = iconButton('more', t('actions_of', { name: user.email }), () => menu(anchor, [
    { label: t(user.disabled ? 'enable' : 'disable'), run: () => change(user, { disabled: !user.disabled }, context) },
    { label: t('reset_password'), run: () => reset(user, context) },
    { label: t('delete'), danger: true, run: () => removeUser(user, context) },
  ]), { 'aria-haspopup': 'menu' });
  return anchor;
}

/** Does it and shows the list again; answers whether it worked. */
const redrawing = (context, act) => attempt(async () => {
  const text = await act();
  context.redraw();
  return text ?? t('saved');
});

const change = (user, values, context) => redrawing(context, async () => { await patch(path(['api', 'admin', 'users', String(user.id)]), values); });

function create(context) {
  const email = el('input', { type: 'email', autocomplete: 'off' });
  const name = el('input', { autocomplete: 'off' });
  const password = el('input', { type: 'password', autocomplete: 'new-password' });
  ask({ title: t('new_user'), fields: [field(t('email'), email), field(t('name_optional'), name), field(t('password'), password)], label: t('create'), act: () => redrawing(context, async () => {
    await post('/api/admin/users', { email: email.value, password: password.value, ...(name.value ? { name: name.value } : {}) });
  }) });
}

function reset(user, context) {
  const password = el('input', { type: 'password', autocomplete: 'new-password' });
  ask({ title: t('reset_password'), fields: [el('p', {}, user.email), field(t('new_password'), password)], label: t('save'), act: () => change(user, { password: password.value }, context) });
}

function removeUser(user, context) {
  const keep = el('input', { type: 'checkbox', checked: true });
  const counts = { runners: user.runners ?? 0, chats: user.conversations ?? 0, tokens: user.tokens ?? 0 };
  ask({ title: t('delete_user', { name: user.email }), fields: [el('p', {}, t('goes_with_user', counts)), el('label', { className: 'row' }, keep, t('keep_home'))], label: t('delete'), look: 'danger', act: () => redrawing(context, async () => {
    const answer = await request('DELETE', path(['api', 'admin', 'users', String(user.id)], { home: keep.checked ? 'keep' : 'remove' }), undefined, { headers: { Prefer: 'return=representation' } });
    const gone = answer?.deleted;
    return gone ? t('user_deleted', { runners: gone.runners, chats: gone.conversations, tokens: gone.tokens }) : t('deleted');
  }) });
}
