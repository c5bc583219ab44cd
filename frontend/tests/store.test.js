import assert from 'node:assert/strict';
import test from 'node:test';
import { readChat, readConversations, readLists, store } from '../public/core/store.js';

const message = (id, values = {}) => ({ id, conversation_id: 1, parent_id: id > 1 ? id - 1 : null, role: id % 2 ? 'user' : 'assistant', content: '', reasoning: '', tools: [], status: 'complete', ...values });
const conversation = (values = {}) => ({ id: 1, seq: 1, backend: 'demo', title: '', pinned: false, updated_at: 1, active_run: null, ...values });
const over = { type: 'run', data: { run: { id: 9, conversation_id: 1, status: 'complete' }, message: message(2, { content: 'all of it' }) } };

/** The server answers what it knew when it was asked, after `meanwhile` was heard. */
function answers(byPath, meanwhile) {
  globalThis.fetch = async (path) => {
    const body = JSON.stringify(byPath[path.split('?')[0]]);
    await null;
    for (const event of meanwhile.splice(0)) store.apply(event);
    return new Response(body);
  };
}

test('the end of a reply that is told while its chat is read for the first time is not lost', async () => {
  store.reset({ id: 1 }, {});
  answers({ '/api/conversations/1': { conversation: conversation({ active_run: 9 }), messages: [message(1), message(2, { status: 'running', content: 'all' })], next: null } }, [over]);
  await readChat(1);
  const [, reply] = store.state.chats.get(1).list;
  assert.deepEqual([reply.status, reply.content], ['complete', 'all of it']);
  assert.equal(store.state.conversations.get(1).active_run, null);
});

test('a chat that begins and ends its reply while the list is read does not look as if it wrote', async () => {
  store.reset({ id: 1 }, {});
  answers({ '/api/conversations': { conversations: [conversation({ active_run: 9 })], next: null } }, [over]);
  await readConversations();
  assert.equal(store.state.conversations.get(1).active_run, null);
});

test('a runner that becomes ready while runners are read stays ready', async () => {
  store.reset({ id: 1 }, {});
  const runner = (phase) => ({ backend: 'demo', phase, progress: null });
  answers({ '/api/backends': { backends: [] }, '/api/runners': { runners: [runner('starting')] }, '/api/conversations': { conversations: [], next: null } },
    [{ type: 'runner', data: { runner: runner('ready') } }]);
  await readLists();
  assert.equal(store.state.runners.demo.phase, 'ready');
});
