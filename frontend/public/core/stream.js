import { EventParser } from './sse.js';

/** Longest silence in milliseconds; the server writes a comment every 10 s. */
const longestSilence = 25_000;

/**
 * Follows `/api/events` until `signal` is aborted, and begins again when the connection ends, where it left off.
 * `onEvent({id, type, data})` gets parsed data; `onState` gets `on`, `off` (will try again) or `ended` (401).
 */
export async function follow({ lastId = '', signal, onEvent, onState, fetch = globalThis.fetch, wait = pause }) {
  let failures = 0;
  while (!signal.aborted) {
    const abort = new AbortController();
    const end = () => abort.abort();
    signal.addEventListener('abort', end);
    try {
      const response = await fetch('/api/events', { headers: lastId ? { 'Last-Event-ID': lastId } : {}, signal: abort.signal });
      if (response.status === 401) return onState('ended');
      if (!response.ok || !response.body) throw new Error(String(response.status));
      onState('on');
      const parser = new EventParser();
      const reader = response.body.getReader();
      let timer = setTimeout(end, longestSilence);
      try {
        for (;;) {
          const { value, done } = await reader.read();
          if (done) break;
          clearTimeout(timer);
          timer = setTimeout(end, longestSilence);
          failures = 0;
          for (const event of parser.push(value)) {
            lastId = event.id || lastId;
            onEvent({ ...event, data: JSON.parse(event.data) });
          }
        }
      } finally {
        clearTimeout(timer);
        reader.cancel().catch(() => {});
      }
    } catch {
      // Refused, cut off or silent: all the same.
    } finally {
      signal.removeEventListener('abort', end);
    }
    if (signal.aborted) return;
    failures += 1;
    if (failures > 1) onState('off');
    await wait(backoff(failures), signal);
  }
}

/** Milliseconds before the n-th attempt: short at first, at most 10 s, spread so that browsers do not come together. */
export function backoff(failures, random = Math.random()) {
  return Math.min(10_000, 250 * 2 ** Math.min(failures, 6)) * (0.5 + random / 2);
}

/** Waits; shorter when the page is shown again or the network is back. */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.('online', done);
      globalThis.document?.removeEventListener('visibilitychange', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    globalThis.addEventListener?.('online', done);
    globalThis.document?.addEventListener('visibilitychange', done);
    signal.addEventListener('abort', done);
  });
}
