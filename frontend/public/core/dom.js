/**
 * Makes an element. `props` are properties (`className`, `disabled`, `onclick`); what an element has no property for
 * becomes an attribute (`aria-label`). Children are nodes or texts; null and false are left out. Texts stay texts.
 */
export function el(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name in element && name !== 'list' && name !== 'form') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...present(children));
  return element;
}

/** Replaces everything inside `parent`. */
export function fill(parent, ...children) {
  parent.replaceChildren(...present(children));
  return parent;
}

function present(children) {
  return children.flat(3).filter((child) => child !== null && child !== undefined && child !== false);
}

/** A button. `look` is a class: `primary`, `quiet`, `danger`, `icon`. */
export function button(label, onclick, look = '', props = {}) {
  return el('button', { type: 'button', className: `button ${look}`, onclick, ...props }, label);
}

/** A button that shows a drawing; `label` is its accessible name and its tip. */
export function iconButton(name, label, onclick, props = {}) {
  return el('button', { type: 'button', className: 'button icon', 'aria-label': label, title: label, onclick, ...props }, icon(name));
}

/** A link within the page; the router opens it. */
export function link(href, props, ...children) {
  return el('a', { href, ...props }, ...children);
}

const space = 'http://www.w3.org/2000/svg';
const drawings = {
  plus: 'M12 5v14M5 12h14', send: 'M12 19V5M6 11l6-6 6 6', stop: 'M7 7h10v10H7z', menu: 'M4 7h16M4 12h16M4 17h16',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM20 20l-4-4', copy: 'M9 9h10v11H9zM5 15V4h10', edit: 'M4 20l1-4L16 5l3 3L8 19z',
  redo: 'M20 11a8 8 0 1 0-2 6M20 4v7h-7', trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13', info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 8v.1',
  more: 'M6 12h.1M12 12h.1M18 12h.1', pin: 'M9 4h6l-1 6 3 3H7l3-3zM12 13v7', gear: 'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM19 12l2-1-2-4-2 1-2-1-1-3h-4L9 7 7 8 5 7l-2 4 2 1-2 1 2 4 2-1 2 1 1 3h4l1-3 2-1 2 1 2-4z',
  shield: 'M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6z', down: 'M12 5v14M6 13l6 6 6-6', left: 'M14 6l-6 6 6 6', right: 'M10 6l6 6-6 6',
  chevron: 'M7 10l5 5 5-5', close: 'M6 6l12 12M18 6L6 18', check: 'M5 12l5 5 9-10', alert: 'M12 4l9 16H3zM12 10v4M12 17v.1',
  chat: 'M4 5h16v11H9l-5 4z', key: 'M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM11 12l9-8M16 8l3 3', play: 'M8 5l11 7-11 7z', wrap: 'M4 6h16M4 12h13a3 3 0 0 1 0 6h-4M15 15l-3 3 3 3M4 18h4',
  terminal: 'M4 5h16v14H4zM7 9l3 3-3 3M12 15h4', spark: 'M12 3c1 5.5 3.5 8 9 9-5.5 1-8 3.5-9 9-1-5.5-3.5-8-9-9 5.5-1 8-3.5 9-9z', image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M9 9h.1', out: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
};

/** A line drawing; it says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(space, 'svg');
  for (const [key, value] of Object.entries({ viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' })) svg.setAttribute(key, value);
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', drawings[name] ?? '');
  svg.append(path);
  return svg;
}
