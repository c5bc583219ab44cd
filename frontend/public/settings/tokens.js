import { get, path, post, remove } from '../core/api.js';
import { dialog } from '../core/dialog.js';
import { button, el, icon } from '../core/dom.js';
import { ask, attempt, attemptSure, expiresAt, expiryChoice, field } from '../core/form.js';
import { ago, moment, t } from '../core/i18n.js';
import { table } from '../core/section.js';
import { store } from '../core/store.js';
import { copy } from '../core/toast.js';

export async function page(context) {
  const { tokens } = await get('/api/me/tokens');
  const create = button([icon('plus'), t('new_token')], () => make(context), 'primary');
  return [
    el('p', { className: 'lead' }, t('tokens_lead')),
    el('section', { className: 'panel' }, el('header', {}, el('h3', {}, t('settings.tokens')), create),
      table([t('name'), t('token'), t('scope'), t('last_used'), t('expires'), ''], tokens.map((token) => [
        token.name, el('code', {}, `${token.prefix}…`), token.backends?.length ? token.backends.join(', ') : t('all_agents'),
        token.last_used_at ? ago(token.last_used_at) : t('never_used'), token.expires_at ? moment(token.expires_at) : t('never'),
        button(t('revoke'), () => revoke(token, context), 'tiny', { 'aria-label': t('revoke_of', { name: token.name }) })]), t('no_tokens'))),
    el('section', { className: 'panel' }, el('h3', {}, t('use_it')), snippets('ags_…')),
  ];
}

function make(context) {
  const name = el('input', { name: 'token-name', maxLength: 100, placeholder: t('token_name_example') });
  const expiry = expiryChoice([7, 30, 90, 365], 90);
  const boxes = store.state.backends.map((backend) => [backend.name, el('input', { type: 'checkbox' }), backend.display_name]);
  ask({
    title: t('new_token'), label: t('create'),
    fields: [field(t('name'), name), field(t('expires'), expiry), el('fieldset', { className: 'checks' }, el('legend', {}, t('scope_about')), boxes.map(([, box, label]) => el('label', {}, box, label)))],
    act: () => attempt(async () => {
      const backends = boxes.filter(([, box]) => box.checked).map(([value]) => value);
      const { token } = await post('/api/me/tokens', { name: name.value.trim() || name.placeholder, ...(backends.length > 0 ? { backends } : {}), ...expiresAt(expiry) });
      context.redraw();
      shown(token, backends[0]);
    }),
  });
}

function shown(token, backend) {
  const opened = dialog({ title: t('token_made'), className: 'token-made', body: [el('p', {}, t('token_once')),
    el('div', { className: 'secret' }, el('code', {}, token), button([icon('copy'), t('copy')], () => copy(token), 'primary')), snippets(token, backend)],
  actions: [button(t('done'), () => opened.close(), 'primary')] });
}

/** How to use a token, ready to be copied. */
export function snippetTexts(token, origin, model) {
  return {
    curl: `curl ${origin}/v1/chat/completions \\\n  -H "Authorization: Bearer ${token}" \\\n  -H "Content-Type: application/json" \\\n  -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello"}]}'`,
    Python: `from openai import OpenAI\n\nclient = OpenAI(base_url="${origin}/v1", api_key="${token}")\nanswer = client.chat.completions.create(\n    model="${model}", messages=[{"role": "user", "content": "Hello"}]\n)\nprint(answer.choices[0].message.content)`,
  };
}

function snippets(token, backend) {
  const model = backend ?? store.state.backends.find(({ disabled }) => !disabled)?.name ?? 'demo';
  return el('div', { className: 'form' }, Object.entries(snippetTexts(token, location.origin, model)).map(([name, text]) => el('div', { className: 'snippet-box' },
    el('div', { className: 'code-head' }, el('span', {}, name), button([icon('copy'), t('copy')], () => copy(text), 'tiny', { 'aria-label': `${t('copy')} ${name}` })), el('pre', { tabIndex: 0 }, text))));
}

const revoke = (token, context) => attemptSure({ title: t('revoke_of', { name: token.name }), text: t('revoke_about'), action: t('revoke') }, async () => {
  await remove(path(['api', 'me', 'tokens', token.id]));
  context.redraw();
  return t('revoked');
});
