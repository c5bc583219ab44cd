import { get, path } from '../core/api.js';
import { el, fill, t } from '../core/dom.js';
import { chatPath, navigate, newChatPath, sections } from '../core/router.js';
import { store } from '../core/store.js';
import { dialog } from '../core/ui.js';
import { visible } from '../md/safe.js';

/** `matches` are `[start, length]` in UTF-16 units. */
export function marked(snippet, matches = []) {
  const parts = [];
  let at = 0;
  for (const [start, length] of [...matches].sort((a, b) => a[0] - b[0])) {
    if (start < at) continue;
    parts.push({ text: snippet.slice(at, start) }, { text: snippet.slice(start, start + length), mark: true });
    at = start + length;
  }
  return [...parts, { text: snippet.slice(at) }].filter(({ text }) => text !== '');
}

function commands() {
  const { backends, user } = store.state;
  return [
    ...backends.filter(({ disabled }) => !disabled).map((backend) => ({ label: t('new_chat_with', { name: backend.display_name }), to: newChatPath(backend.name) })),
    ...sections.settings.map((section) => ({ label: `${t('settings')}: ${t(`settings.${section}`)}`, to: `/settings/${section}` })),
    ...(user.role === 'admin' ? sections.admin.map((section) => ({ label: `${t('admin')}: ${t(`admin.${section}`)}`, to: `/admin/${section}` })) : []),
  ];
}

export function openPalette() {
  if (document.querySelector('.palette')) return;
  let chosen = 0;
  let abort = null;
  let timer = 0;
  let found = [];
  const list = el('ul', { role: 'listbox', id: 'palette-list', 'aria-label': t('results') });
  const input = el('input', {
    type: 'search', placeholder: t('search_placeholder'), 'aria-label': t('search'), role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'palette-list', autocomplete: 'off',
    oninput: () => { clearTimeout(timer); timer = setTimeout(search, 120); local(); },
    onkeydown: (event) => {
      if (event.isComposing) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && found.length > 0) choose((chosen + step + found.length) % found.length);
      else if (event.key === 'Enter') go(found[chosen]);
      else return;
      event.preventDefault();
    },
  });
  const opened = dialog({ title: t('search'), className: 'palette', body: [input, list], onClose: () => { abort?.abort(); clearTimeout(timer); } });
  input.focus();

  function local() {
    const query = input.value.trim().toLowerCase();
    const chats = query === '' ? [...store.state.conversations.values()].sort((a, b) => b.updated_at - a.updated_at).slice(0, 6).map(chatItem) : [];
    show([...chats, ...commands().filter(({ label }) => label.toLowerCase().includes(query)).slice(0, query ? 5 : 4)]);
  }

  const chatItem = (conversation) => ({ label: conversation.title || t('new_chat'), note: conversation.backend, to: chatPath(conversation) });

  async function search() {
    const query = input.value.trim();
    abort?.abort();
    if (!query) return;
    abort = new AbortController();
    try {
      const { results } = await get(path(['api', 'conversations', 'search'], { q: query, limit: 20 }), { signal: abort.signal });
      const items = results.map((result) => ({
        ...chatItem(result.conversation), parts: marked(result.snippet ?? '', result.matches),
        to: chatPath(result.conversation) + (result.message_id ? `#m-${result.message_id}` : ''),
      }));
      const named = commands().filter(({ label }) => label.toLowerCase().includes(query.toLowerCase())).slice(0, 5);
      const isCommand = ({ label }) => label.toLowerCase().startsWith(query.toLowerCase());
      show([...named.filter(isCommand), ...items, ...named.filter((command) => !isCommand(command))]);
    } catch (error) {
      if (error.name !== 'AbortError') show(found.filter(({ parts }) => !parts), error.message);
    }
  }

  function show(items, note = '') {
    found = items;
    fill(list, items.map((item, index) => el('li', { role: 'option', id: `found-${index}`, onclick: () => go(item), onpointermove: () => choose(index) },
      el('span', { className: 'label', dir: 'auto' }, item.label, item.note && el('small', {}, item.note)),
      item.parts?.length > 0 && el('span', { className: 'snippet', dir: 'auto' }, item.parts.map(({ text, mark }) => (mark ? el('mark', {}, visible(text)) : visible(text)))))),
    items.length === 0 && el('li', { className: 'quiet' }, note || t('nothing_found')));
    choose(0);
  }

  function choose(index) {
    chosen = index;
    for (const [at, row] of [...list.children].entries()) {
      row.setAttribute('aria-selected', String(at === index));
      if (at === index) row.scrollIntoView({ block: 'nearest' });
    }
    input.setAttribute('aria-activedescendant', `found-${index}`);
  }

  function go(item) {
    if (!item) return;
    opened.close();
    navigate(item.to);
  }

  local();
}
