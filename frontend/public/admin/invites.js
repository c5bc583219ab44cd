import { get, path, post, remove } from '../core/api.js';
import { button, el, icon } from '../core/dom.js';
import { ask, attempt, attemptSure, expiresAt, expiryChoice, field } from '../core/form.js';
import { moment, number, t } from '../core/i18n.js';
import { table } from '../core/section.js';
import { copy } from '../core/toast.js';

export async function page(context) {
  const { invites } = await get('/api/admin/invites');
  return [
    el('section', { className: 'panel' }, el('header', {}, el('div', {}, el('h3', {}, t('admin.invites')), el('p', { className: 'quiet' }, t('invites_about'))), button([icon('plus'), t('new_invite')], () => create(context), 'primary')),
      table([t('name'), t('code_word'), t('used'), t('uses_left'), t('expires'), ''], invites.map((invite) => [
        invite.name, el('code', {}, invite.code), invite.used, invite.uses_left === null ? t('unlimited') : number(invite.uses_left), invite.expires_at ? moment(invite.expires_at) : t('never'),
        el('div', { className: 'acts' }, button([icon('copy'), t('copy_link')], () => copy(`${location.origin}/?invite=${encodeURIComponent(invite.code)}`), 'tiny'),
          button(t('revoke'), () => revoke(invite, context), 'tiny'))]), t('no_invites'))),
  ];
}

function create(context) {
  const name = el('input', { maxLength: 100 });
  const uses = el('input', { type: 'number', min: 1, placeholder: t('unlimited') });
  const expiry = expiryChoice([1, 7, 30], 7);
  ask({ title: t('new_invite'), fields: [field(t('name'), name), field(t('uses'), uses), field(t('expires'), expiry)], label: t('create'), act: () => attempt(async () => {
    await post('/api/admin/invites', { name: name.value.trim(), ...(uses.value ? { uses: Number(uses.value) } : {}), ...expiresAt(expiry) });
    context.redraw();
  }) });
}

const revoke = (invite, context) => attemptSure({ title: t('revoke_of', { name: invite.name }), text: t('revoke_invite_about'), action: t('revoke') }, async () => {
  await remove(path(['api', 'admin', 'invites', String(invite.id)]));
  context.redraw();
});
