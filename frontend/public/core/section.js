import { el, fill, iconButton, link } from './dom.js';
import { t } from './i18n.js';
import { sections } from './router.js';

const load = {
  settings: (name) => import(`../settings/${name}.js`),
  admin: (name) => import(`../admin/${name}.js`),
};

/**
 * A screen with tabs: `settings` or `admin`. Each tab is a module of that folder, imported when it is opened, whose
 * `page(context)` makes the elements; `context` is `{body, route, redraw, onClose, …}`.
 */
export class SectionView {
  #closers = [];

  constructor(route, options) {
    const { name } = route;
    Object.assign(this, { isSection: name, tabNames: sections[name], options });
    this.tabs = el('nav', { className: 'tabs', 'aria-label': t(name) });
    this.body = el('div', { className: 'section-inner' });
    this.element = el('div', { className: `section ${name === 'admin' ? 'wide-section' : ''}` },
      el('div', {}, el('header', { className: 'chat-head' }, iconButton('menu', t('open_menu'), options.onMenu, { className: 'button icon only-narrow' }), el('h1', {}, t(name))), this.tabs),
      el('div', { className: 'section-body' }, this.body));
    this.update(route);
  }

  /** Shows another section of the same screen. */
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
    const body = el('div', { className: 'section-inner' });
    const context = {
      ...this.options, route, body, onClose: (close) => this.#closers.push(close), isOpen: () => this.current === mine,
      redraw: () => { if (this.current === mine) this.update(route); },
    };
    try {
      const { page } = await load[this.isSection](section);
      const content = await page(context);
      if (this.current !== mine) return;
      fill(body, content);
    } catch (error) {
      if (this.current !== mine || error.status === 401) return;
      fill(body, el('div', { className: 'error-card', role: 'alert' }, el('p', {}, error.message),
        el('div', { className: 'row' }, el('button', { type: 'button', className: 'button', onclick: context.redraw }, t('retry')))));
    }
    this.body.replaceWith(body);
    this.body = body;
  }
}

/** A table; `rows` are lists of cells, a cell is a node, a text or null. */
export function table(heads, rows, nothing) {
  if (rows.length === 0) return el('p', { className: 'nothing' }, nothing ?? t('nothing_here'));
  return el('div', { className: 'table', tabIndex: 0, role: 'group' }, el('table', {},
    el('thead', {}, el('tr', {}, heads.map((head) => el('th', { scope: 'col' }, head || el('span', { className: 'offscreen' }, t('actions')))))),
    el('tbody', {}, rows.map((cells) => el('tr', {}, cells.map((cell) => el('td', { className: typeof cell === 'number' ? 'number' : cell?.length > 40 ? 'long' : '' }, typeof cell === 'number' ? String(cell) : cell)))))));
}
