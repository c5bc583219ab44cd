import { get, path, post, remove } from '../core/api.js';
import { confirm, dialog } from '../core/dialog.js';
import { button, el, icon } from '../core/dom.js';
import { moment, number, t } from '../core/i18n.js';
import { field, select, table } from '../core/section.js';
import { copy, errorToast } from '../core/toast.js';

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
  const expiry = select([[0, t('never')], [1, t('days', { n: 1 })], [7, t('days', { n: 7 })], [30, t('days', { n: 30 })]], 7);
  const done = async () => {
    const body = { name: name.value.trim() };
    if (uses.value) body.uses = Number(uses.value);
    if (Number(expiry.value)) body.expires_at = Math.floor(Date.now() / 1000) + Number(expiry.value) * 86_400;
    try {
      await post('/api/admin/invites', body);
      opened.close();
      context.redraw();
    } catch (error) {
      errorToast(error);
    }
  };
  const opened = dialog({ title: t('new_invite'), body: el('form', { className: 'form', onsubmit: (event) => { event.preventDefault(); done(); } },
    field(t('name'), name), field(t('uses'), uses), field(t('expires'), expiry), el('button', { type: 'submit', hidden: true })),
  actions: [button(t('cancel'), () => opened.close()), button(t('create'), done, 'primary')] });
  name.focus();
}

async function revoke(invite, context) {
  if (!await confirm({ title: t('revoke_of', { name: invite.name }), text: t('revoke_invite_about'), action: t('revoke') })) return;
  try {
    await remove(path(['api', 'admin', 'invites', String(invite.id)]));
    context.redraw();
  } catch (error) {
    errorToast(error);
  }
}
