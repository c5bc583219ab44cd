import assert from 'node:assert/strict';
import test from 'node:test';
import { withMoments } from '../public/admin/admin.js';

test('moments in a text of the server are shown as people write them', () => {
  const shown = withMoments('2 failures in a row, next attempt at 2026-11-26T00:40:00.173Z');
  assert.match(shown, /^2 failures in a row, next attempt at \d+:\d\d:\d\d [AP]M$/u);
  assert.equal(withMoments('exited with code 1'), 'exited with code 1');
  assert.equal(withMoments(undefined), undefined);
});
