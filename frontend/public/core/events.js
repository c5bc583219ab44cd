/**
 * Everything that the server tells this user, over one connection for all tabs of the browser: the leading tab has it
 * and passes on what it hears. Browsers allow only six connections to a host.
 */
export function watch(user, { onEvent, onState }) {
  const name = `operatord-events-${user}`;
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(name);
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
        channel?.postMessage({ event });
        onEvent(event);
      },
      onState: (state) => {
        channel?.postMessage({ state });
        onState(state);
      },
    });
  };
  const followOther = () => {
    leading?.abort();
    leading = null;
  };
  const election = new Election({
    id: `${Date.now()}-${Math.random()}`, send: (message) => channel?.postMessage(message), now: () => performance.now(),
    onLead: lead, onFollow: followOther,
  });
  channel?.addEventListener('message', ({ data }) => {
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
  if (!channel) {
    lead();
  } else if (navigator.locks) {
    // The lock is let go when the tab closes, however it closes.
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
    channel?.close();
  };
}

/** How often the leader says that it is there, and after how long a silence another takes over; milliseconds. */
export const beat = 1000;
export const patience = 3000;

/**
 * Which tab leads, where the browser has no locks (plain HTTP): the one that speaks. Of two that speak, the smaller id
 * goes on. `send` speaks to the other tabs; `now` is a clock in milliseconds.
 */
export class Election {
  isLeader = false;
  #heard;

  constructor({ id, send, now, onLead, onFollow }) {
    Object.assign(this, { id, send, now, onLead, onFollow });
    this.#heard = now();
  }

  /** Called every `beat`. */
  tick() {
    if (this.isLeader) return this.send({ leader: this.id });
    if (this.now() - this.#heard >= patience) this.#lead();
  }

  /** What another tab said. */
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
      // By the wall clock: others stand still while a laptop sleeps.
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

/** Turns the bytes of a server-sent event stream into events, however they were cut. */
export class EventParser {
  #decoder = new TextDecoder();
  #rest = '';
  #data = [];
  #type = '';
  /** The newest id that was seen; it stays until another comes. */
  lastId = '';

  /** The events that are complete with these bytes: `{id, type, data}`, data as text. */
  push(bytes) {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    // A carriage return at the end may be half of a line break.
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    return lines.map((line) => this.#line(line)).filter(Boolean);
  }

  #line(line) {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
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
