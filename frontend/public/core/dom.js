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
/** A line drawing of those that index.html holds; it says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(space, 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.append(use);
  return svg;
}
