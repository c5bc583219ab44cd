import { get, path, post, remove } from '../core/api.js';
import { confirm } from '../core/dialog.js';
import { button, el, link } from '../core/dom.js';
import { setting } from '../core/form.js';
import { t } from '../core/i18n.js';
import { readConversations, store } from '../core/store.js';
import { errorToast, toast } from '../core/toast.js';

const largest = 32 * 1024 * 1024;

export function page() {
  const file = el('input', { type: 'file', accept: 'application/json,.json', className: 'offscreen', tabIndex: -1, 'aria-label': t('import'), onchange: () => { if (file.files[0]) bringIn(file.files[0]); file.value = ''; } });
  return el('div', { className: 'panel' },
    setting('export', link('/api/conversations/export', { className: 'button', download: 'conversations.json' }, t('export_all'))),
    setting('import', el('div', {}, button(t('choose_file'), () => file.click()), file)),
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
