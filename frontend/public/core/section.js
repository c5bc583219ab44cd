import { button, el, fill, head, link, moment, t } from './dom.js';
import { sections } from './router.js';
import { confirm, dialog, errorToast, toast } from './ui.js';

const load = { settings: () => import('../settings/settings.js'), admin: () => import('../admin/admin.js') };

/** A screen with tabs. Its module exports for each a function of `{body, route, redraw, onClose, isOpen, …}` to elements. */
export class SectionView {
  #closers = [];

  constructor(route, options) {
    const { name } = route;
    Object.assign(this, { isSection: name, tabNames: sections[name], options });
    this.tabs = el('nav.tabs', { 'aria-label': t(name) });
    this.body = el('div.section-inner');
    this.element = el('div', { className: `section ${name === 'admin' ? 'wide-section' : ''}` },
      el('div', head(options.onMenu, el('h1', t(name))), this.tabs),
      el('div.section-body', this.body));
    this.update(route);
  }

  update(route) {
    this.#end();
    const section = this.tabNames.includes(route.section) ? route.section : this.tabNames[0];
    document.title = `${t(`${this.isSection}.${section}`)} · ${t(this.isSection)}`;
    fill(this.tabs, this.tabNames.map((page) => link(`/${this.isSection}/${page}`, { 'aria-current': page === section ? 'page' : null }, t(`${this.isSection}.${page}`))));
    requestAnimationFrame(() => this.tabs.querySelector('[aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' }));
    this.#open(section, route);
    return true;
  }

  close() {
    this.#end();
  }

  #end() {
    for (const close of this.#closers.splice(0)) close();
  }

  async #open(section, route) {
    const mine = (this.current = {});
    const body = el('div.section-inner');
    const context = {
      ...this.options, route, body, onClose: (close) => this.#closers.push(close), isOpen: () => this.current === mine,
      redraw: () => { if (this.current === mine) this.update(route); },
    };
    try {
      const pages = await load[this.isSection]();
      const content = await pages[section](context);
      if (this.current !== mine) return;
      fill(body, content);
    } catch (error) {
      if (this.current !== mine || error.status === 401) return;
      fill(body, el('div.error-card', { role: 'alert' }, el('p', error.message),
        el('div.row', button(t('retry'), context.redraw))));
    }
    this.body.replaceWith(body);
    this.body = body;
  }
}

export const panel = (title, ...children) => el('section.panel', el('h3', title), ...children);

export function table(heads, rows, nothing) {
  if (rows.length === 0) return el('p.nothing', nothing ?? t('nothing_here'));
  return el('div.table', { tabIndex: 0, role: 'group' }, el('table',
    el('thead', el('tr', heads.map((head) => el('th', { scope: 'col' }, head || el('span.offscreen', t('actions')))))),
    el('tbody', rows.map((cells) => el('tr', cells.map((cell) => el('td', { className: typeof cell === 'number' ? 'number' : cell?.length > 40 ? 'long' : '' }, typeof cell === 'number' ? String(cell) : cell)))))));
}

/** Says what `act` answers, or why it failed; answers whether it worked. */
export async function attempt(act) {
  try {
    const text = await act();
    if (text) toast(text);
    return true;
  } catch (error) {
    errorToast(error);
    return false;
  }
}

export async function attemptSure(question, act) {
  return await confirm(question) && attempt(act);
}

/** A form in a dialog, closed when `act` answers true. */
export function ask({ title, fields, label, look = 'primary', act }) {
  const done = async () => { if (await act()) opened.close(); };
  const opened = dialog({
    title, body: el('form.form', { onsubmit: (event) => { event.preventDefault(); done(); } }, fields, el('button', { type: 'submit', hidden: true })),
    actions: [button(t('cancel'), () => opened.close()), button(label, done, look)],
  });
  opened.element.querySelector('input')?.focus();
}

export const field = (label, input) => el('label.field', label, input);

/** `options` are `[value, label]`. */
export function select(options, value, onchange, props = {}) {
  const element = el('select', { onchange: () => onchange?.(element.value), ...props }, options.map(([key, label]) => el('option', { value: key }, label)));
  element.value = String(value);
  return element;
}

/** Days until something expires, 0 is never; see `expiresAt`. */
export const expiryChoice = (days, value) => select([0, ...days].map((n) => [n, n === 0 ? t('never') : t('days', { n })]), value);

export const expiresAt = (choice) => (Number(choice.value) > 0 ? { expires_at: Math.floor(Date.now() / 1000) + Number(choice.value) * 86_400 } : {});

export const setting = (key, control) => el('div.setting', el('div', el('h3', t(key)), el('p', t(`${key}_about`))), control);

export const logText = (lines) => el('pre.logs', { tabIndex: 0 }, lines.join('\n'));

export const timeline = (events) => el('ol.timeline', events.map((event) => el('li', el('span.time', moment(event.at)),
  el('div', el('strong', event.reason), el('p', event.message), event.log_tail?.length > 0 && el('details', el('summary', t('last_lines')), logText(event.log_tail))))));
