import { get, path } from './api.js';
import { read, write } from './prefs.js';
import { chatRead, emptyState, reduce, runnerChanged } from './state.js';

/** What the page knows. Parts of the page listen to topics; the answer of `on` ends the listening. */
export const store = { state: emptyState(), on, emit, apply, reset };

const listeners = new Map();

function on(topic, listener) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(listener);
  return () => listeners.get(topic)?.delete(listener);
}

function emit(topic, detail) {
  for (const listener of [...(listeners.get(topic) ?? [])]) listener(detail);
}

/** For each read under way the events that came meanwhile: the answer may be older than they are. */
const reads = new Set();

/** Reads and takes the answer over, and then once more what was told meanwhile; events may be applied twice. */
async function reading(read, take) {
  const meanwhile = [];
  reads.add(meanwhile);
  try {
    take(await read());
  } finally {
    reads.delete(meanwhile);
  }
  for (const event of meanwhile) reduce(store.state, event);
}

function apply(event) {
  for (const meanwhile of reads) meanwhile.push(event);
  for (const topic of reduce(store.state, event)) {
    if (topic.startsWith('stale:')) readAgain(Number(topic.slice(6)));
    else emit(topic, event);
  }
}

function reset(user, config) {
  store.state = Object.assign(emptyState(), { user, config });
}

/** Backends, runners and chats. */
export async function readLists() {
  const { state } = store;
  await Promise.all([reading(() => Promise.all([get('/api/backends'), get('/api/runners')]), ([{ backends }, { runners }]) => {
    state.backends = backends;
    const gone = Object.values(state.runners).filter(({ backend }) => !runners.some((runner) => runner.backend === backend));
    for (const runner of [...runners, ...gone.map((old) => ({ ...old, phase: 'stopped', progress: null }))]) runnerChanged(state, runner, Date.now());
  }), readConversations()]);
  emit('backends');
  emit('runners');
}

/** The newest chats, or with `more` those after the ones that are known. */
export async function readConversations(more = false) {
  const { state } = store;
  await reading(() => get(path(['api', 'conversations'], { limit: 100, before: more ? state.hasMore : '' })), ({ conversations, next }) => {
    if (!more) state.conversations.clear();
    for (const conversation of conversations) state.conversations.set(conversation.id, conversation);
    state.hasMore = next ?? null;
  });
  emit('conversations');
}

const page = 50;

/** The newest messages of a chat. Throws an ApiError. */
export async function readChat(id) {
  await reading(() => get(path(['api', 'conversations', id], { limit: page })), (answer) => chatRead(store.state, answer));
  emit(`chat:${id}`);
}

export async function readOlder(id) {
  const chat = store.state.chats.get(id);
  if (!chat?.next) return;
  await reading(() => get(path(['api', 'conversations', id], { limit: page, before: chat.next })), (answer) => chatRead(store.state, answer, true));
  emit(`chat:${id}`, { older: true });
}

const again = new Map();

/** Reads a chat of which something was missed; at most once in a quarter of a second. */
export function readAgain(id) {
  if (again.has(id)) return;
  again.set(id, setTimeout(() => {
    again.delete(id);
    if (store.state.chats.has(id)) readChat(id).catch(() => {});
  }, 250));
}

/** Whether a chat has something that was not looked at in this browser. */
export function isUnread(conversation) {
  const seen = read('seen', null);
  if (!seen) write('seen', { since: Math.floor(Date.now() / 1000), chats: {} });
  return conversation.updated_at > (seen?.chats[conversation.id] ?? seen?.since ?? Infinity);
}

export function markRead(conversation) {
  const seen = read('seen', { since: Math.floor(Date.now() / 1000), chats: {} });
  if (seen.chats[conversation.id] >= conversation.updated_at) return;
  seen.chats[conversation.id] = conversation.updated_at;
  const entries = Object.entries(seen.chats).sort((a, b) => b[1] - a[1]);
  write('seen', { since: seen.since, chats: Object.fromEntries(entries.slice(0, 500)) });
}
