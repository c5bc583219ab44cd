import assert from 'node:assert/strict';
import test from 'node:test';
import { pinAfter } from '../public/chat/view.js';
import { diagnostics } from '../public/chat/cards.js';
import { remember, rowsOf, usualOf } from '../public/chat/cards.js';
import { Election, patience } from '../public/core/api.js';
import { parse } from '../public/core/router.js';
import { ladder, runnersOf } from '../public/settings/settings.js';

const atEnd = { pinned: true, top: 500, height: 1000 };
const after = (state, ...events) => events.reduce(pinAfter, state);

test('the end stays in view while the text grows', () => {
  assert.equal(after(atEnd, { type: 'scroll', top: 500, height: 1400, view: 500 }).pinned, true);
});

test('wheel up, touch, keys, selection and the scroll bar let go', () => {
  assert.equal(after(atEnd, { type: 'wheel', deltaY: -3 }).pinned, false);
  assert.equal(after(atEnd, { type: 'wheel', deltaY: 3 }).pinned, true);
  assert.equal(after(atEnd, { type: 'touch' }).pinned, false);
  assert.equal(after(atEnd, { type: 'select' }).pinned, false);
  assert.equal(after(atEnd, { type: 'key', key: 'PageUp' }).pinned, false);
  assert.equal(after(atEnd, { type: 'key', key: 'a' }).pinned, true);
  assert.equal(after(atEnd, { type: 'scroll', top: 300, height: 1000, view: 500 }).pinned, false);
});

test('a small turn of the wheel is not undone by the scroll that follows it', () => {
  assert.equal(after(atEnd, { type: 'wheel', deltaY: -1 }, { type: 'scroll', top: 490, height: 1000, view: 500 }).pinned, false);
});

test('going back to the end takes hold', () => {
  const away = { pinned: false, top: 100, height: 1000 };
  assert.equal(after(away, { type: 'scroll', top: 495, height: 1000, view: 500 }).pinned, true);
  assert.equal(after(away, { type: 'jump' }).pinned, true);
});

test('addresses', () => {
  assert.deepEqual(parse('/'), { name: 'home' });
  assert.deepEqual(parse('/c/demo'), { name: 'new', backend: 'demo' });
  assert.deepEqual(parse('/c/my%20agent/12/'), { name: 'chat', backend: 'my agent', seq: 12 });
  assert.deepEqual(parse('/settings'), { name: 'settings', section: 'general' });
  assert.deepEqual(parse('/admin/runners/3/demo'), { name: 'admin', section: 'runners', rest: ['3', 'demo'] });
  for (const path of ['/c', '/c/demo/0', '/c/demo/x', '/c/demo/1/2', '/other', '/settings/a/b', '/c/%zz/9999999999999999999']) assert.equal(parse(path).name, 'missing', path);
});

const start = { began: 0, steps: [{ stage: 'queued', at: 0 }, { stage: 'creating', at: 300 }, { stage: 'docker_run', at: 700 }], ended: 0, outcome: '' };
const shape = (rows) => rows.map(({ stage, state, elapsed }) => [stage, state, elapsed]);

test('the steps of a start with their times; a pull that was not needed is left out', () => {
  assert.deepEqual(shape(rowsOf(start, {}, 1000)), [['queued', 'done', 300], ['creating', 'done', 400], ['docker_run', 'now', 300], ['health_wait', 'next', null], ['ready', 'next', null]]);
});

test('the step at which a start failed', () => {
  const rows = rowsOf({ ...start, ended: 900, outcome: 'failed' }, {}, 5000);
  assert.deepEqual(shape(rows)[2], ['docker_run', 'failed', 200]);
});

test('a start that nobody saw begins with the queue', () => {
  assert.deepEqual(shape(rowsOf(undefined, {}, 0))[0], ['queued', 'now', null]);
});

test('usual times are medians of what was seen', () => {
  let history = {};
  for (const ended of [1000, 1100, 9000]) history = remember(history, { ...start, ended, outcome: 'ready' });
  assert.deepEqual(usualOf(history), { queued: 300, creating: 400, docker_run: 400, total: 1100 });
  assert.equal(rowsOf(start, usualOf(history), 1000)[2].usual, 400);
});

test('diagnostics hold what is needed and end with the last lines', () => {
  const text = diagnostics({ backend: 'demo', start, error: { status: 502, code: 'runner_failed', message: 'exited', request_id: 'r1' }, runner: { phase: 'failed', failure: { reason: 'Exited', message: 'code 1', log_tail: ['boom'] } }, now: 0 });
  for (const part of ['backend: demo', '502 runner_failed exited', 'r1', 'Exited', 'boom']) assert.ok(text.includes(part), part);
});

test('of tabs without locks one leads, and another when it is silent', () => {
  let now = 0;
  const tabs = [];
  const add = (id) => {
    const tab = { leads: 0, alive: true };
    tab.election = new Election({ id, now: () => now, send: (message) => { for (const other of tabs) if (other !== tab && other.alive) other.election.hear(message); }, onLead: () => { tab.leads += 1; }, onFollow: () => {} });
    tabs.push(tab);
    return tab;
  };
  const pass = (milliseconds) => { for (let left = milliseconds; left > 0; left -= 500) { now += 500; for (const tab of tabs) if (tab.alive) tab.election.tick(); } };
  const [a, b] = [add('a'), add('b')];
  pass(patience + 1000);
  assert.deepEqual([a, b].map(({ election }) => election.isLeader).filter(Boolean).length, 1);
  const leader = [a, b].find(({ election }) => election.isLeader);
  leader.alive = false;
  pass(patience + 1000);
  assert.equal([a, b].find((tab) => tab !== leader).election.isLeader, true);
  leader.alive = true;
  pass(2000);
  assert.equal([a, b].filter(({ election }) => election.isLeader).length, 1);
});

const keys = {
  vars: ['K'], backends: { K: ['demo', 'hermes'] }, admin_shared: { K: true }, admin_shared_present: { K: true },
  overrides: { '': { K: 'sk…1' }, hermes: { K: 'sk…2' } }, effective: { demo: { K: { source: 'global', masked: 'sk…1' } }, hermes: { K: { source: 'backend', masked: 'sk…2' } } },
};

test('the ladder of a key marks the step that wins', () => {
  const wins = (backend) => ladder(keys, 'K', backend).find((row) => row.wins).tier;
  assert.equal(wins('demo'), 'global');
  assert.equal(wins('hermes'), 'backend');
  assert.deepEqual(ladder(keys, 'K', 'demo').map(({ tier, isSet }) => [tier, isSet]), [['backend', false], ['global', true], ['shared', true]]);
});

test('how many runners a new key restarts', () => {
  assert.equal(runnersOf(keys, { demo: { phase: 'ready' }, hermes: { phase: 'stopped' } }, 'K', ''), 1);
  assert.equal(runnersOf(keys, { demo: { phase: 'ready' } }, 'K', 'hermes'), 0);
});
