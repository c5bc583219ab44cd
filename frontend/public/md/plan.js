import { embeddedImage, safeLink, unescape, visible } from './safe.js';

/**
 * What a token becomes, without a document: a string, or `[tag, props, ...children]` where children are plans. `code`
 * and `image` are tags of ours that the renderer knows.
 */
export function plan(token) {
  switch (token.type) {
    case 'heading': return [`h${Math.min(6, token.depth + 2)}`, { dir: 'auto' }, ...inline(token.tokens)];
    case 'paragraph': return ['p', { dir: 'auto' }, ...inline(token.tokens)];
    case 'text': return ['p', { dir: 'auto' }, ...(token.tokens ? inline(token.tokens) : [visible(unescape(token.text))])];
    case 'code': return ['code-block', { language: languageOf(token.lang), text: token.text }];
    case 'blockquote': return ['blockquote', {}, ...token.tokens.filter(isShown).map(plan)];
    case 'list': return list(token);
    case 'table': return table(token);
    case 'hr': return ['hr', {}];
    case 'html': return ['p', { className: 'raw' }, visible(token.raw)];
    default: return ['p', { className: 'raw' }, visible(token.raw ?? '')];
  }
}

const isShown = (token) => token.type !== 'space' && token.type !== 'def';

/** `js {highlight=1}` → `js`. */
export function languageOf(info) {
  return /^[\w+#.-]{1,30}/.exec(info ?? '')?.[0].toLowerCase() ?? '';
}

function list(token) {
  const items = token.items.map((item) => {
    // A tight item holds its text without a paragraph.
    const children = item.tokens.filter(isShown).flatMap((child) => (child.type === 'text' && !item.loose ? inline(child.tokens ?? [{ type: 'text', text: child.text }]) : [plan(child)]));
    const box = item.task ? [['input', { type: 'checkbox', disabled: true, checked: item.checked, 'aria-label': item.checked ? '☑' : '☐' }]] : [];
    return ['li', { className: item.task ? 'task' : '', dir: 'auto' }, ...box, ...children];
  });
  return token.ordered ? ['ol', token.start > 1 ? { start: token.start } : {}, ...items] : ['ul', {}, ...items];
}

function table(token) {
  const cell = (tag) => (content, index) => [tag, { className: token.align[index] ? `to-${token.align[index]}` : '', dir: 'auto' }, ...inline(content.tokens)];
  return ['div', { className: 'wide', tabIndex: 0, role: 'group' }, ['table', {},
    ['thead', {}, ['tr', {}, ...token.header.map(cell('th'))]],
    ['tbody', {}, ...token.rows.map((row) => ['tr', {}, ...row.map(cell('td'))])]]];
}

function inline(tokens = []) {
  return tokens.map((token) => {
    switch (token.type) {
      case 'text': return token.tokens ? ['span', {}, ...inline(token.tokens)] : visible(unescape(token.text));
      case 'escape': return visible(unescape(token.text));
      case 'strong': return ['strong', {}, ...inline(token.tokens)];
      case 'em': return ['em', {}, ...inline(token.tokens)];
      case 'del': return ['del', {}, ...inline(token.tokens)];
      case 'codespan': return ['code', {}, visible(unescape(token.text))];
      case 'br': return ['br', {}];
      case 'link': return anchor(token);
      case 'image': return image(token);
      default: return visible(token.raw ?? '');
    }
  });
}

function anchor(token) {
  const href = safeLink(unescape(token.href));
  const words = inline(token.tokens);
  if (!href) return ['span', { className: 'dead', title: visible(unescape(token.href ?? '')) }, ...words];
  return ['a', { href, target: '_blank', rel: 'noopener noreferrer nofollow', title: href }, ...words];
}

function image(token) {
  const address = unescape(token.href ?? '');
  const words = visible(unescape(token.text ?? ''));
  const embedded = embeddedImage(address);
  if (embedded) return ['img', { src: embedded, alt: words, loading: 'lazy' }];
  const href = safeLink(address);
  if (!href) return ['span', { className: 'dead' }, words || visible(token.raw)];
  return ['image-link', { href, text: words, host: new URL(href).host }];
}
