import { get, post } from './api.js';
import { button, el, t } from './dom.js';

/** Before everything else, or over it when the session of `email` ended. Calls `onSignedIn(user)`. */
export function signInCard({ onSignedIn, notice = '', email: known = '' }) {
  let isNew = false;
  const invite = new URLSearchParams(location.search).get('invite') ?? '';
  const email = field('email', 'email', { type: 'email', autocomplete: 'username', required: true, value: known });
  const password = field('password', 'password', { type: 'password', required: true, autocomplete: 'current-password' });
  const name = field('name_optional', 'name', { autocomplete: 'name' });
  const code = field('invite_code', 'invite_code', { value: invite, autocomplete: 'off' });
  const title = el('h1', {});
  const intro = el('p', { className: 'quiet' });
  const submit = el('button', { type: 'submit', className: 'button primary' });
  const other = button('', () => show(!isNew), 'link', { hidden: true });
  const message = el('p', { className: 'wrong', role: 'alert' }, notice);
  const form = el('form', { className: 'card', onsubmit: submitted },
    el('img', { src: '/icon.svg', alt: '', width: 44, height: 44 }), title, intro, email, password, name, code, message, submit, other);

  function show(signUp) {
    isNew = signUp;
    message.textContent = '';
    title.textContent = t(isNew ? 'create_account' : known ? 'session_ended' : 'sign_in');
    intro.textContent = t(isNew ? 'create_account_intro' : known ? 'session_ended_intro' : 'sign_in_intro');
    submit.textContent = t(isNew ? 'sign_up' : 'sign_in');
    other.textContent = t(isNew ? 'have_account' : 'create_account');
    name.hidden = code.hidden = !isNew;
    input(password).placeholder = isNew ? t('password_rule') : '';
    input(password).autocomplete = isNew ? 'new-password' : 'current-password';
  }

  async function submitted(event) {
    event.preventDefault();
    submit.disabled = true;
    message.textContent = '';
    const body = { email: input(email).value, password: input(password).value };
    if (isNew && input(name).value) body.name = input(name).value;
    if (isNew && input(code).value) body.invite_code = input(code).value;
    try {
      const { user } = await post(isNew ? '/auth/signup' : '/auth/login', body);
      onSignedIn(user);
    } catch (error) {
      message.textContent = error.code === 'unreachable' ? t('unreachable') : error.message;
      input(/invite/.test(error.code) ? code : password).focus();
    } finally {
      submit.disabled = false;
    }
  }

  show(invite !== '');
  message.textContent = notice;
  get('/auth/config').then((config) => {
    other.hidden = Boolean(known) || !(config.signup || invite);
    code.firstChild.textContent = t(config.invite_required ? 'invite_code_needed' : 'invite_code');
  }).catch(() => { other.hidden = Boolean(known); });
  requestAnimationFrame(() => input(known ? password : email).focus());
  return el('main', { className: 'signin' }, form);
}

function field(key, name, props) {
  return el('label', {}, t(key), el('input', { name, ...props }));
}

const input = (label) => label.querySelector('input');
