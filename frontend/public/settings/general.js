import { el } from '../core/dom.js';
import { select, setting as row } from '../core/form.js';
import { t } from '../core/i18n.js';
import { read, write } from '../core/prefs.js';

export function page() {
  return el('div', { className: 'panel' },
    setting('theme', select([['system', t('theme_system')], ['light', t('theme_light')], ['dark', t('theme_dark')]], read('theme', 'system'), setTheme)),
    setting('language', select([['auto', t('theme_system')], ['en', 'English'], ['zh', '中文']], read('language', 'auto'), (value) => {
      write('language', value === 'auto' ? null : value);
      location.reload();
    })),
    setting('send_key', select([['enter', t('send_enter')], ['ctrl-enter', t('send_ctrl_enter')]], read('sendKey', 'enter'), (value) => write('sendKey', value))));
}

function setting(key, control) {
  control.setAttribute('aria-label', t(key));
  return row(key, control);
}

function setTheme(value) {
  write('theme', value === 'system' ? null : value);
  if (value === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = value;
}
