import { patch, post, put } from '../core/api.js';
import { button, el } from '../core/dom.js';
import { attempt, field } from '../core/form.js';
import { t } from '../core/i18n.js';
import { store } from '../core/store.js';
import { errorToast } from '../core/toast.js';

export function page({ onSignOut, onUser }) {
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
    el('section', { className: 'panel' }, el('h3', {}, t('profile')), el('form', { className: 'form', onsubmit: submit(async () => onUser((await patch('/api/me', { name: name.value })).user)) },
      el('p', { className: 'quiet' }, user.email), field(t('name'), name), el('div', { className: 'row' }, el('button', { type: 'submit', className: 'button' }, t('save'))))),
    el('section', { className: 'panel' }, el('h3', {}, t('change_password')), el('form', { className: 'form', onsubmit: submit(async () => {
      await put('/api/me/password', { current_password: current.value, new_password: next.value });
      current.value = next.value = '';
    }) }, el('input', { type: 'hidden', autocomplete: 'username', value: user.email }), field(t('current_password'), current), field(t('new_password'), next),
    el('p', { className: 'quiet' }, t('password_about')), el('div', { className: 'row' }, el('button', { type: 'submit', className: 'button' }, t('change_password'))))),
    el('section', { className: 'panel' }, el('div', { className: 'setting' }, el('div', {}, el('h3', {}, t('sessions')), el('p', {}, t('sessions_about'))),
      el('div', { className: 'row' }, button(t('sign_out'), onSignOut), button(t('sign_out_everywhere'), () => post('/auth/logout-everywhere').then(onSignOut).catch(errorToast), 'danger')))),
  ];
}
