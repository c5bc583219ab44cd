import { button, el } from '../core/dom.js';
import { t } from '../core/i18n.js';

/** The message becomes a box to write in; saving makes another version of it, and an answer. */
export function edit(chat, message) {
  const view = chat.view(message.id);
  if (!view || view.editor) return;
  const input = el('textarea', { value: message.content, 'aria-label': t('edit_message'), dir: 'auto', onkeydown: (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter' && !event.shiftKey) save();
    else return;
    event.preventDefault();
  } });
  const close = () => {
    view.editor.remove();
    view.editor = null;
    view.text.hidden = view.bar.hidden = false;
    chat.focus();
  };
  const save = async () => {
    const content = input.value.trim();
    if (!content) return;
    close();
    await chat.send({ edit: message.id, content });
  };
  view.editor = el('div', { className: 'editor' }, input,
    el('div', { className: 'row' }, button(t('cancel'), close), button(t('save_and_send'), save, 'primary')));
  view.text.hidden = view.bar.hidden = true;
  view.text.after(view.editor);
  input.style.height = `${Math.min(Math.max(input.scrollHeight + 4, 72), innerHeight * 0.5)}px`;
  input.focus();
  input.setSelectionRange(input.value.length, input.value.length);
}
