import assert from 'node:assert/strict';
import test from 'node:test';
import { fitted } from '../public/chat/composer.js';

test('a picture keeps its size up to the limit and its shape beyond', () => {
  assert.deepEqual(fitted(800, 600), { width: 800, height: 600 });
  assert.deepEqual(fitted(4096, 1024), { width: 2048, height: 512 });
  assert.deepEqual(fitted(1, 9000), { width: 1, height: 2048 });
});
