import assert from 'node:assert/strict';
import test from 'node:test';
import { keyMeaning } from '../public/chat/composer.js';
import { culprit } from '../public/chat/cards.js';
import { brief } from '../public/chat/message.js';
import { duration, setWords, t } from '../public/core/dom.js';
import { phaseAction, phaseWord } from '../public/sidebar/sidebar.js';
import { marked } from '../public/sidebar/sidebar.js';
import { snippetTexts } from '../public/settings/settings.js';

const at = (event, state = {}) => keyMeaning(event, { isEmpty: false, isRunning: false, sendKey: 'enter', ...state });

test('Enter sends, Shift+Enter does not, and never while an input method composes', () => {
  assert.equal(at({ key: 'Enter' }), 'send');
  assert.equal(at({ key: 'Enter', shiftKey: true }), null);
  assert.equal(at({ key: 'Enter', isComposing: true }), null);
  assert.equal(at({ key: 'Enter', keyCode: 229 }), null);
  assert.equal(at({ key: 'Enter' }, { sendKey: 'ctrl-enter' }), null);
  assert.equal(at({ key: 'Enter', ctrlKey: true }, { sendKey: 'ctrl-enter' }), 'send');
});

test('Escape stops what runs; the arrow edits the last message when the box is empty', () => {
  assert.equal(at({ key: 'Escape' }), null);
  assert.equal(at({ key: 'Escape' }, { isRunning: true }), 'stop');
  assert.equal(at({ key: 'ArrowUp' }), null);
  assert.equal(at({ key: 'ArrowUp' }, { isEmpty: true }), 'edit');
});

test('who failed', () => {
  assert.equal(culprit({ status: 422, code: 'missing_values' }), 'keys');
  assert.equal(culprit({ status: 502, code: 'runner_failed' }), 'runner');
  assert.equal(culprit({ status: 502, code: 'upstream_error' }), 'upstream');
  assert.equal(culprit({ status: 409, code: 'runner_limit' }), 'runners');
  assert.equal(culprit({ status: 429, code: 'too_many_runs' }), 'limit');
  assert.equal(culprit({ status: 500, code: 'internal_error' }), 'gateway');
  assert.equal(culprit({ status: 500, code: 'server_error' }, true), 'upstream');
  assert.equal(culprit({ status: 500, code: 'internal_error' }, true), 'gateway');
});

test('a tool is one line', () => {
  assert.equal(brief('{"command": "ls\\n -la"}'), 'ls -la');
  assert.equal(brief('plain  text'), 'plain text');
  assert.equal(brief(null), '');
});

test('words, numbers and durations', () => {
  setWords('en', { hello: 'Hello {name}, {n} files', 'hello.one': 'Hello {name}, one file', 'phase.ready': 'Ready', 'phase.idle': 'Ready, stops in {time}', 'phase.stopped': 'Stopped' });
  assert.equal(t('hello', { name: '{n}', n: 2 }), 'Hello {n}, 2 files');
  assert.equal(t('hello', { name: 'A', n: 1 }), 'Hello A, one file');
  assert.equal(t('missing'), 'missing');
  assert.equal(duration(420), '0.4s');
  assert.equal(duration(65_000), '65s');
  assert.equal(duration(180_000), '3m');
  assert.equal(phaseWord({ phase: 'ready', stops_in_seconds: 240, read_at: 0 }, 0), 'Ready, stops in 4m');
  assert.equal(phaseWord({ phase: 'ready', stops_in_seconds: null }), 'Ready');
  assert.equal(phaseWord(undefined), 'Stopped');
  assert.deepEqual(['stopped', 'failed', 'ready', 'starting', 'stopping'].map((phase) => phaseAction({ phase })), ['start', 'retry', 'stop', 'stop', null]);
});

test('marks of a search result are cut in UTF-16 units', () => {
  assert.deepEqual(marked('🙂 abc abc', [[7, 3], [3, 3]]), [{ text: '🙂 ' }, { text: 'abc', mark: true }, { text: ' ' }, { text: 'abc', mark: true }]);
});

test('snippets name the token, the address and the model', () => {
  const { curl, Python } = snippetTexts('ags_1', 'http://h:1', 'demo');
  for (const text of [curl, Python]) for (const part of ['ags_1', 'http://h:1/v1', 'demo']) assert.ok(text.includes(part));
});
