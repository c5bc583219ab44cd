import { Lexer } from '../vendor/marked/marked.esm.js';

/** Longer lines outside of code are shown as they are: no reader wants them formatted, and a lexer may take minutes. */
const longestLine = 8000;
const deepest = /^(?:[ \t]*(?:>|[-*+][ \t]|\d+[.)][ \t])){12,}/;
/** Deeper indentation than this outside of code is no list either. */
const widest = /^[ \t]{60,}/;

/**
 * The top-level tokens of a Markdown text: marked's, with inline tokens made, plus `{type: 'plain', raw}` for what is
 * not formatted. `raw` of all together is the text (tabs and line breaks normalised by the lexer).
 */
export function blocks(source) {
  return segments(source.replace(/\r\n?/g, '\n')).flatMap((segment) => (segment.plain ? [{ type: 'plain', raw: segment.text }] : lex(segment.text)));
}

function lex(text) {
  try {
    const lexer = new Lexer({ gfm: true });
    const tokens = lexer.blockTokens(text, lexer.tokens);
    // The list grows while inline tokens are made.
    for (let next = lexer.inlineQueue.shift(); next; next = lexer.inlineQueue.shift()) lexer.inlineTokens(next.src, next.tokens);
    return tokens.filter((token) => token.type !== 'space' && token.type !== 'def');
  } catch {
    return [{ type: 'plain', raw: text }];
  }
}

/** Cuts the text at lines that are not for the lexer. Lines within fenced code stay with their fence. */
export function segments(source) {
  const found = [];
  let lines = [];
  let fence = null;
  const flush = () => {
    if (lines.length > 0) found.push({ plain: false, text: lines.join('\n') });
    lines = [];
  };
  for (const line of source.split('\n')) {
    const mark = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(line.length > 300 ? line.slice(0, 300) : line)?.[1];
    if (fence) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = null;
    } else if (mark) {
      fence = mark;
    } else if (line.length > longestLine || deepest.test(line) || widest.test(line)) {
      flush();
      found.push({ plain: true, text: line });
      continue;
    }
    lines.push(line);
  }
  flush();
  return found;
}

/**
 * A text that grows. Blocks that cannot change any more are kept and not read again: all but the last two. `update`
 * answers all blocks; a complete text is read once more as a whole, for links that are defined at its end.
 */
export class GrowingText {
  #text = '';
  #done = [];
  #doneLength = 0;

  update(text, isComplete = false) {
    if (!text.startsWith(this.#text) || isComplete) {
      this.#done = [];
      this.#doneLength = 0;
    }
    this.#text = text;
    const rest = text.slice(this.#doneLength);
    const tokens = blocks(rest);
    const all = [...this.#done, ...tokens];
    if (!isComplete) this.#settle(rest, tokens);
    return all;
  }

  /** Moves blocks that are followed by two others to the ones that are done: nothing at the end can change them. */
  #settle(rest, tokens) {
    let position = 0;
    let settled = 0;
    let end = 0;
    for (const [index, token] of tokens.slice(0, -2).entries()) {
      const at = rest.indexOf(token.raw, position);
      if (at < 0) break;
      position = at + token.raw.length;
      settled = index + 1;
      end = position;
    }
    this.#done.push(...tokens.slice(0, settled));
    this.#doneLength += end;
  }
}
