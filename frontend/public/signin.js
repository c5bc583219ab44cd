import { request } from './api.js';
import { el } from './dom.js';

/** The card before everything else. Calls `onSignedIn(user)`. */
export function signInCard({ onSignedIn, notice = '' }) {
  let isNew = false;
  const invite = new URLSearchParams(location.search).get('invite') ?? '';
  const email = field('E-mail', 'email', { type: 'email', autocomplete: 'username', required: true });
  const password = field('Password', 'password', { type: 'password', required: true, autocomplete: 'current-password' });
  const name = field('Name (optional)', 'name', { autocomplete: 'name' });
  const code = field('Invite code (if you have one)', 'invite_code', { value: invite, autocomplete: 'off' });
  const title = el('h1');
  const submit = el('button', { type: 'submit', className: 'primary' });
  const other = el('button', { type: 'button', className: 'link', onclick: () => show(!isNew) });
  const message = el('p', { className: 'notice', role: 'alert' });
  const form = el('form', { className: 'card', onsubmit: submitted },
    el('img', { src: 'icon.svg', alt: '', width: 40, height: 40 }),
    title, email, password, name, code, message, submit, other);

  function show(signUp) {
    isNew = signUp;
    message.textContent = '';
    title.textContent = isNew ? 'Create an account' : 'Sign in';
    submit.textContent = isNew ? 'Sign up' : 'Sign in';
    other.textContent = isNew ? 'I have an account' : 'Create an account';
    name.hidden = code.hidden = !isNew;
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
      const { user } = await request('POST', isNew ? '/auth/signup' : '/auth/login', body);
      onSignedIn(user);
    } catch (error) {
      message.textContent = error.message;
      input(error.code === 'invite_code' ? code : password).focus();
    } finally {
      submit.disabled = false;
    }
  }

  show(invite !== '');
  message.textContent = notice;
  return el('main', { className: 'signin' }, form);
}

function field(label, name, props) {
  return el('label', {}, label, el('input', { name, ...props }));
}

function input(label) {
  return label.querySelector('input');
}
