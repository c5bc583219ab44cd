import { el, fill, icon } from '../core/dom.js';
import { duration, t } from '../core/i18n.js';
import { visible } from '../md/safe.js';

/** One collapsed line for what an agent thought, open while it thinks. */
export class Thinking {
  constructor() {
    this.label = el('span', {});
    this.text = el('div', { className: 'thoughts', dir: 'auto' });
    this.element = el('details', { className: 'trace' }, el('summary', {}, icon('spark'), this.label), this.text);
    this.began = Date.now();
  }

  update(message, isRunning) {
    const thinks = isRunning && !message.content;
    if (thinks) this.ended = Date.now();
    if (this.thinks !== thinks) {
      this.element.open = thinks;
      this.element.classList.toggle('live', thinks);
    }
    this.thinks = thinks;
    const took = this.ended ? this.ended - this.began : 0;
    this.label.textContent = thinks ? t('thinking') : took > 500 ? t('thought_for', { time: duration(took) }) : t('thoughts');
    if (this.shown !== message.reasoning.length) this.text.textContent = visible(message.reasoning);
    this.shown = message.reasoning.length;
  }
}

/** One collapsed line for each thing the agent did. */
export class Tools {
  #known = new Map();

  constructor() {
    this.element = el('div', { className: 'tools' });
  }

  update(tools) {
    for (const tool of tools) {
      let row = this.#known.get(tool.id);
      if (!row) {
        row = { label: el('span', { className: 'name' }), state: el('span', { className: 'time' }), body: el('div', {}) };
        row.element = el('details', { className: 'trace' }, el('summary', {}, icon('terminal'), row.label, row.state), row.body);
        this.#known.set(tool.id, row);
        this.element.append(row.element);
      }
      const key = JSON.stringify(tool);
      if (row.key === key) continue;
      row.key = key;
      const isRunning = tool.status === 'running';
      if (row.isRunning !== isRunning) row.element.open = isRunning;
      row.isRunning = isRunning;
      row.element.classList.toggle('live', isRunning);
      row.element.classList.toggle('bad', tool.status === 'failed');
      row.label.textContent = visible(`${tool.name}${brief(tool.arguments) ? `: ${brief(tool.arguments)}` : ''}`);
      row.state.textContent = isRunning ? t('runs') : [tool.duration_ms === null || tool.duration_ms === undefined ? '' : duration(tool.duration_ms), tool.status === 'failed' ? '✗' : '✓'].filter(Boolean).join(' ');
      fill(row.body, tool.arguments && el('pre', { tabIndex: 0 }, visible(tool.arguments)), tool.output && el('pre', { tabIndex: 0 }, visible(tool.output)));
    }
  }
}

/** The first value of the arguments, on one line. */
export function brief(text) {
  let value = text ?? '';
  try {
    const parsed = JSON.parse(value);
    if (parsed && typeof parsed === 'object') value = String(Object.values(parsed)[0] ?? '');
  } catch {
    // Not JSON: as it is.
  }
  return value.replace(/\s+/g, ' ').slice(0, 80);
}
