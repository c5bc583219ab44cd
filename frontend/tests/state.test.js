import assert from 'node:assert/strict';
import test from 'node:test';
import { chatRead, chatsOf, emptyState, reduce } from '../public/core/store.js';

const message = (id, values = {}) => ({ id, conversation_id: 1, parent_id: id > 1 ? id - 1 : null, role: id % 2 ? 'user' : 'assistant', content: '', reasoning: '', tools: [], status: 'complete', ...values });
const conversation = (values = {}) => ({ id: 1, seq: 1, backend: 'demo', title: '', pinned: false, updated_at: 1, active_run: null, ...values });

function running() {
  const state = emptyState();
  chatRead(state, { conversation: conversation(), messages: [message(1), message(2, { status: 'running', content: 'abc' })], next: null });
  return state;
}
const delta = (offset, content, field = 'delta') => ({ type: `run.${field}`, data: { run_id: 9, conversation_id: 1, message_id: 2, offset, content } });
const text = (state) => state.chats.get(1).list[1].content;

test('text is added where it belongs, whatever overlaps', () => {
  const state = running();
  assert.deepEqual(reduce(state, delta(3, 'de')), ['chat:1']);
  assert.deepEqual(reduce(state, delta(3, 'de')), []);
  assert.deepEqual(reduce(state, delta(4, 'ef')), ['chat:1']);
  assert.equal(text(state), 'abcdef');
});

test('after a gap the chat is read again and nothing is added', () => {
  const state = running();
  assert.deepEqual(reduce(state, delta(9, 'x')), ['stale:1']);
  assert.equal(text(state), 'abc');
});

test('offsets count UTF-16 units', () => {
  const state = running();
  reduce(state, delta(3, '🙂'));
  reduce(state, delta(5, '!'));
  assert.equal(text(state), 'abc🙂!');
});

test('a message that is not known: read again when its chat is open, else nothing', () => {
  const state = running();
  assert.deepEqual(reduce(state, { type: 'run.delta', data: { conversation_id: 1, message_id: 77, offset: 0, content: 'x' } }), ['stale:1']);
  assert.deepEqual(reduce(state, { type: 'run.delta', data: { conversation_id: 5, message_id: 77, offset: 0, content: 'x' } }), []);
});

test('the end brings the message whole and frees the chat', () => {
  const state = running();
  state.conversations.get(1).active_run = 9;
  reduce(state, { type: 'run', data: { run: { id: 9, conversation_id: 1, status: 'complete' }, message: message(2, { content: 'all of it' }) } });
  assert.equal(text(state), 'all of it');
  assert.equal(state.chats.get(1).list[1].status, 'complete');
  assert.equal(state.conversations.get(1).active_run, null);
});

test('a change of state does not take back text that came by deltas', () => {
  const state = running();
  reduce(state, delta(3, 'def'));
  reduce(state, { type: 'run', data: { run: { id: 9, conversation_id: 1, status: 'running' }, message: message(2, { status: 'running', content: 'abc' }) } });
  assert.equal(text(state), 'abcdef');
});

test('a question and its answer of another device appear at the end; on another branch the chat is read again', () => {
  const state = running();
  const run = { id: 10, conversation_id: 1, status: 'waiting' };
  reduce(state, { type: 'run', data: { run, question: message(3), message: message(4, { status: 'running' }) } });
  assert.deepEqual(state.chats.get(1).list.map(({ id }) => id), [1, 2, 3, 4]);
  const topics = reduce(state, { type: 'run', data: { run, question: message(6, { parent_id: 2 }), message: message(7, { parent_id: 6 }) } });
  assert.ok(topics.includes('stale:1'));
});

test('tools are added and replaced by their id', () => {
  const state = running();
  const tool = (status) => ({ type: 'run.tool', data: { conversation_id: 1, message_id: 2, tool: { id: 't', name: 'x', status } } });
  reduce(state, tool('running'));
  reduce(state, tool('done'));
  assert.deepEqual(state.chats.get(1).list[1].tools.map(({ status }) => status), ['done']);
});

test('a read keeps older pages and live text that is ahead of it', () => {
  const state = running();
  reduce(state, delta(3, 'def'));
  chatRead(state, { conversation: conversation(), messages: [message(2, { status: 'running', content: 'abcd' })], next: '2' });
  assert.equal(state.chats.get(1).list.length, 2);
  assert.equal(text(state), 'abcdef');
  chatRead(state, { conversation: conversation(), messages: [message(2, { content: 'other' })], next: null });
  assert.equal(text(state), 'other');
});

test('steps of a start are kept with the times at which they were seen', () => {
  const state = emptyState();
  const runner = (phase, stage) => ({ type: 'runner', data: { runner: { backend: 'demo', phase, progress: stage && { stage, progress: 5 } } } });
  reduce(state, runner('queued', 'queued'), 100);
  reduce(state, runner('starting', 'creating'), 200);
  reduce(state, runner('starting', 'creating'), 250);
  reduce(state, runner('ready'), 400);
  assert.deepEqual(state.starts.demo.steps, [{ stage: 'queued', at: 100 }, { stage: 'creating', at: 200 }]);
  assert.deepEqual([state.starts.demo.outcome, state.starts.demo.ended], ['ready', 400]);
  reduce(state, runner('queued', 'queued'), 900);
  assert.equal(state.starts.demo.began, 900);
  reduce(state, runner('failed'), 950);
  assert.equal(state.starts.demo.outcome, 'failed');
  reduce(state, runner('stopped'), 960);
  assert.equal(state.runners.demo, undefined);
});

test('chats are pinned first, then newest', () => {
  const state = emptyState();
  for (const [id, updated_at, pinned] of [[1, 5, false], [2, 9, false], [3, 1, true]]) state.conversations.set(id, conversation({ id, updated_at, pinned }));
  assert.deepEqual(chatsOf(state, 'demo').map(({ id }) => id), [3, 2, 1]);
});

test('an answer of the server that is late does not bring a finished reply back to life', () => {
  const late = { run: { id: 9, conversation_id: 1, status: 'waiting' }, message: message(2, { status: 'running' }) };
  const state = running();
  reduce(state, { type: 'run', data: { run: { ...late.run, status: 'complete' }, message: message(2, { content: 'all of it' }) } });
  assert.deepEqual(reduce(state, { type: 'run', data: late }), []);
  assert.equal(state.chats.get(1).list[1].status, 'complete');
  assert.equal(text(state), 'all of it');
  assert.equal(state.conversations.get(1).active_run, null);
  chatRead(state, { conversation: conversation(), messages: [message(1), late.message], next: null });
  assert.equal(state.chats.get(1).list[1].status, 'complete');
  assert.equal(text(state), 'all of it');
});
