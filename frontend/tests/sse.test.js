import assert from 'node:assert/strict';
import test from 'node:test';
import { EventParser } from '../public/core/api.js';
import { backoff, follow } from '../public/core/api.js';

const bytes = (text) => new TextEncoder().encode(text);
const all = (text) => new EventParser().push(bytes(text));

test('events have a type, data and the newest id', () => {
  assert.deepEqual(all('id: 1\nevent: run\ndata: {"a":1}\n\ndata: x\n\n'), [
    { id: '1', type: 'run', data: '{"a":1}' }, { id: '1', type: 'message', data: 'x' }]);
});

test('comments, unknown fields and events without data are skipped', () => {
  assert.deepEqual(all(': hi\n\nretry: 3\nevent: empty\n\n\ndata: x\n\n').map(({ data, type }) => [type, data]), [['message', 'x']]);
});

test('several data lines are one text; only one space is cut', () => {
  assert.equal(all('data:  a\ndata:b\ndata\n\n')[0].data, ' a\nb\n');
});

test('every cut gives the same events', () => {
  const text = 'id: 7\r\nevent: run.delta\r\ndata: {"content":"héllo 你好 🙂"}\r\n\r\ndata: end\n\ndata: old mac\r\r';
  const whole = bytes(text);
  const wanted = new EventParser().push(bytes(`${text}\n`));
  assert.equal(wanted.length, 3);
  for (let cut = 1; cut < whole.length; cut += 1) {
    const parser = new EventParser();
    const events = [...parser.push(whole.slice(0, cut)), ...parser.push(whole.slice(cut)), ...parser.push(bytes('\n'))];
    assert.deepEqual(events, wanted, `cut at ${cut}`);
  }
});

test('an id with NUL is not taken', () => {
  assert.equal(all('id: a\0b\ndata: x\n\n')[0].id, '');
});

test('a stream that ends is taken up again after its last id', async () => {
  const asked = [];
  const abort = new AbortController();
  const heard = [];
  const fetch = async (_, { headers }) => {
    asked.push(headers['Last-Event-ID'] ?? null);
    if (asked.length === 4) abort.abort();
    if (asked.length === 2) return { status: 503, ok: false };
    return new Response(`id: b-${asked.length}\nevent: run\ndata: {}\n\n`);
  };
  await follow({ signal: abort.signal, fetch, wait: async () => {}, onEvent: (event) => heard.push(event.id), onState: () => {} });
  assert.deepEqual(asked, [null, 'b-1', 'b-1', 'b-3']);
  assert.deepEqual(heard.slice(0, 2), ['b-1', 'b-3']);
});

test('401 ends it', async () => {
  const states = [];
  await follow({ signal: new AbortController().signal, fetch: async () => ({ status: 401 }), onEvent() {}, onState: (state) => states.push(state) });
  assert.deepEqual(states, ['ended']);
});

test('waits grow to ten seconds', () => {
  assert.ok(backoff(1, 1) <= 500);
  assert.equal(backoff(20, 1), 10_000);
});

test('a connection that says nothing for longer than the server ever does is given up, by the wall clock', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval', 'Date'] });
  const closing = new AbortController();
  let connections = 0;
  const fetch = async (_, { signal }) => {
    connections += 1;
    if (connections === 2) {
      closing.abort();
      throw new Error('over');
    }
    return new Response(new ReadableStream({ start(stream) { signal.addEventListener('abort', () => stream.error(new Error('aborted'))); } }));
  };
  const done = follow({ signal: closing.signal, fetch, wait: async () => {}, onEvent() {}, onState() {} });
  await new Promise(setImmediate);
  context.mock.timers.tick(24_000);
  await new Promise(setImmediate);
  assert.equal(connections, 1);
  // Asleep: the clock jumps, timers do not run meanwhile.
  context.mock.timers.setTime(Date.now() + 3_600_000);
  context.mock.timers.tick(1000);
  await done;
  assert.equal(connections, 2);
});
