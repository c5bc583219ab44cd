import { t } from './dom.js';

class ApiError extends Error {
  constructor(message, { status = 0, code = '', request_id = '', retry_after_seconds = 0 } = {}) {
    super(message);
    Object.assign(this, { status, code, request_id, retry_after_seconds });
  }
}

/** Called when the server no longer knows the session. */
export const session = { ended: () => {} };

/** JSON out, JSON or null in. Throws an ApiError, of status 0 when the server cannot be reached. */
export async function request(method, path, body, { signal, keepalive, headers = {} } = {}) {
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(path, { method, headers, signal, keepalive, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(t('unreachable'), { code: 'unreachable' });
  }
  if (!response.ok) {
    if (response.status === 401 && !path.startsWith('/auth/')) session.ended();
    throw await errorOf(response);
  }
  return response.status === 204 ? null : response.json();
}

export const get = (path, options) => request('GET', path, undefined, options);
export const post = (path, body = {}, options) => request('POST', path, body, options);
export const put = (path, body) => request('PUT', path, body);
export const patch = (path, body) => request('PATCH', path, body);
export const remove = (path, options) => request('DELETE', path, undefined, options);

export function path(parts, query = {}) {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value != null && value !== ''));
  return `/${parts.map(encodeURIComponent).join('/')}${search.size ? `?${search}` : ''}`;
}

/** Both shapes: `{detail, code}` of /api and /auth, `{error: {message, code}}` of /v1. */
async function errorOf(response) {
  const body = await response.json().catch(() => ({}));
  const detail = typeof body.detail === 'string' ? body.detail : body.error?.message;
  return new ApiError(detail ?? `The server answered ${response.status}.`, {
    status: response.status,
    code: body.code ?? body.error?.code ?? '',
    request_id: body.request_id ?? response.headers.get('x-request-id') ?? '',
    retry_after_seconds: Number(response.headers.get('retry-after') ?? 0),
  });
}

/** All that the server tells this user: one tab has the connection (a host gets only six) and passes on what it hears. */
export function watch(user, { onEvent, onState }) {
  const name = `operatord-events-${user}`;
  const channel = new BroadcastChannel(name);
  const closing = new AbortController();
  let lastId = '';
  let leading = null;

  const lead = () => {
    leading = new AbortController();
    closing.signal.addEventListener('abort', () => leading?.abort());
    follow({
      lastId, signal: leading.signal,
      onEvent: (event) => {
        lastId = event.id || lastId;
        channel.postMessage({ event });
        onEvent(event);
      },
      onState: (state) => {
        channel.postMessage({ state });
        onState(state);
      },
    });
  };
  const followOther = () => {
    leading?.abort();
    leading = null;
  };
  const election = new Election({
    id: `${Date.now()}-${Math.random()}`, send: (message) => channel.postMessage(message), now: () => performance.now(),
    onLead: lead, onFollow: followOther,
  });
  channel.addEventListener('message', ({ data }) => {
    if (data.event && !leading) {
      lastId = data.event.id || lastId;
      onEvent(data.event);
    } else if (data.state && !leading) {
      onState(data.state);
    } else if (!navigator.locks) {
      election.hear(data);
    }
  });

  let timer = 0;
  if (navigator.locks) {
    navigator.locks.request(name, { signal: closing.signal }, () => {
      lead();
      return new Promise((resolve) => closing.signal.addEventListener('abort', resolve));
    }).catch(() => {});
  } else {
    channel.postMessage({ asks: true });
    timer = setInterval(() => election.tick(), beat);
    addEventListener('pagehide', () => { if (election.isLeader) channel.postMessage({ leaves: election.id }); });
  }
  return () => {
    closing.abort();
    clearInterval(timer);
    channel.close();
  };
}

/** Milliseconds between the leader's signs of life, and of silence until another takes over. */
const beat = 1000;
export const patience = 3000;

/** Which tab leads where there are no locks (plain HTTP): the one that speaks; of two, the smaller id. */
export class Election {
  isLeader = false;
  #heard;

  constructor({ id, send, now, onLead, onFollow }) {
    Object.assign(this, { id, send, now, onLead, onFollow });
    this.#heard = now();
  }

  tick() {
    if (this.isLeader) return this.send({ leader: this.id });
    if (this.now() - this.#heard >= patience) this.#lead();
  }

  hear(message) {
    if (message.asks && this.isLeader) this.send({ leader: this.id });
    if (message.leaves === this.leader && !this.isLeader) this.#heard = this.now() - patience + Math.random() * 200;
    if (!message.leader || message.leader === this.id) return;
    this.leader = message.leader;
    this.#heard = this.now();
    if (this.isLeader && message.leader < this.id) {
      this.isLeader = false;
      this.onFollow();
    } else if (this.isLeader) {
      this.send({ leader: this.id });
    }
  }

  #lead() {
    this.isLeader = true;
    this.leader = this.id;
    this.send({ leader: this.id });
    this.onLead();
  }
}

/** Milliseconds; the server writes every 10 s. */
const longestSilence = 25_000;

/** Follows `/api/events` until `signal` is aborted, going on where it left off. `onState` gets `on`, `off` (tries again) or `ended` (401). */
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
      // The wall clock goes on while a laptop sleeps.
      let heard = Date.now();
      const timer = setInterval(() => { if (Date.now() - heard > longestSilence) end(); }, 1000);
      try {
        for (;;) {
          const { value, done } = await reader.read();
          if (done) break;
          heard = Date.now();
          failures = 0;
          for (const event of parser.push(value)) {
            lastId = event.id || lastId;
            onEvent({ ...event, data: JSON.parse(event.data) });
          }
        }
      } finally {
        clearInterval(timer);
        reader.cancel().catch(() => {});
      }
    } catch {
      // Refused, cut off or silent.
    } finally {
      signal.removeEventListener('abort', end);
    }
    if (signal.aborted) return;
    failures += 1;
    if (failures > 1) onState('off');
    await wait(backoff(failures), signal);
  }
}

/** Milliseconds before the n-th attempt, spread so that browsers do not come together. */
export function backoff(failures, random = Math.random()) {
  return Math.min(10_000, 250 * 2 ** Math.min(failures, 6)) * (0.5 + random / 2);
}

/** Ends early when the page is shown again or the network is back. */
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

/** Server-sent events out of bytes, however they were cut. */
export class EventParser {
  #decoder = new TextDecoder();
  #rest = '';
  #data = [];
  #type = '';
  lastId = '';

  /** The events that are complete with these bytes: `{id, type, data}`. */
  push(bytes) {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    // A last \r may be half of a line break.
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    return lines.map((line) => this.#line(line)).filter(Boolean);
  }

  #line(line) {
    if (line === '') return this.#dispatch();
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line);
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#type = value;
    else if (field === 'id' && !value.includes('\0')) this.lastId = value;
    return null;
  }

  #dispatch() {
    const event = { id: this.lastId, type: this.#type || 'message', data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#data = [];
    this.#type = '';
    return isEmpty ? null : event;
  }
}
