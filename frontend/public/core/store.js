import { get, path } from './api.js';

/** What this browser remembers; where that is forbidden or full, the page forgets and goes on. */
function remembering(act, otherwise) {
  try {
    return act() ?? otherwise;
  } catch {
    return otherwise;
  }
}

const named = (key) => `operatord.${key}`;
export const read = (key, otherwise = null) => remembering(() => JSON.parse(localStorage.getItem(named(key))), otherwise);
/** null forgets. */
export const write = (key, value) => remembering(() => (value === null ? localStorage.removeItem(named(key)) : localStorage.setItem(named(key), JSON.stringify(value))));
/** theme.js counts anew. */
export const loaded = () => remembering(() => sessionStorage.removeItem(named('tries')));
export const forgetPerson = () => remembering(() => Object.keys(localStorage).filter((key) => /^operatord\.(draft|seen)\b/.test(key)).forEach((key) => localStorage.removeItem(key)));

export function emptyState() {
  return {
    user: null, config: {}, backends: [],
    runners: {},
    /** backend → {began, steps: [{stage, at}], progress, ended, outcome}: the newest start, as it was seen. */
    starts: {},
    conversations: new Map(),
    hasMore: null,
    /** id → {list: [message], next: cursor|null}: the branch that is shown, oldest first. */
    chats: new Map(),
    trays: new Map(),
    live: 'on',
  };
}

/** Applies an event; answers the topics that changed: `runners`, `conversations`, `chat:<id>`, `stale:<id>`, `keys`. */
export function reduce(state, { type, data }, now = Date.now()) {
  switch (type) {
    case 'runner': return runnerChanged(state, data.runner, now);
    case 'conversation':
      state.conversations.set(data.conversation.id, data.conversation);
      return ['conversations', `chat:${data.conversation.id}`];
    case 'conversation.deleted':
      state.conversations.delete(data.id);
      state.chats.delete(data.id);
      return ['conversations', `chat:${data.id}`];
    case 'run': return runChanged(state, data);
    case 'run.delta': return written(state, data, 'content');
    case 'run.reasoning': return written(state, data, 'reasoning');
    case 'run.tool': return toolChanged(state, data);
    default: return type === 'keys' ? ['keys'] : [];
  }
}

const isBusy = (runner) => ['queued', 'pulling', 'starting'].includes(runner?.phase);
export const isUp = (runner) => ['ready', 'draining'].includes(runner?.phase);

function runnerChanged(state, runner, now) {
  const before = state.runners[runner.backend];
  runner.read_at = now;
  if (runner.phase === 'stopped') delete state.runners[runner.backend];
  else state.runners[runner.backend] = runner;
  let start = state.starts[runner.backend];
  if (isBusy(runner)) {
    if (!start || start.ended) start = state.starts[runner.backend] = { began: now, steps: [], ended: 0, outcome: '' };
    const stage = runner.progress?.stage ?? { pulling: 'image_pull', starting: 'docker_run' }[runner.phase] ?? 'queued';
    if (start.steps.at(-1)?.stage !== stage && order(stage) >= 0) start.steps.push({ stage, at: now });
    start.progress = runner.progress;
  } else if (start && !start.ended) {
    start.ended = now;
    start.outcome = isUp(runner) ? 'ready' : runner.phase === 'failed' || isBusy(before) ? 'failed' : 'stopped';
  }
  return ['runners'];
}

/** Steps of a start, in order. */
export const stages = ['queued', 'image_pull', 'creating', 'docker_run', 'health_wait', 'ready'];
const order = (stage) => stages.indexOf(stage);

/** A reply that ended never goes on. */
const hasEnded = (message) => Boolean(message) && message.status !== 'running';

function runChanged(state, { run, message, question }) {
  const conversation = state.conversations.get(run.conversation_id);
  const isOver = run.status !== 'waiting' && run.status !== 'running';
  const chat = state.chats.get(run.conversation_id);
  const known = chat?.list.find(({ id }) => id === message?.id);
  // An answer may come later than the event of the end.
  if (!isOver && hasEnded(known)) return [];
  if (conversation) conversation.active_run = isOver ? null : run.id;
  const topics = ['conversations', `chat:${run.conversation_id}`];
  if (!chat || !message) return topics;
  message.run_status = run.status;
  if (known) {
    // Deltas may be ahead of a message.
    const { content, reasoning } = known;
    Object.assign(known, message);
    if (!isOver && content.length > message.content.length) known.content = content;
    if (!isOver && reasoning.length > message.reasoning.length) known.reasoning = reasoning;
    return topics;
  }
  const last = chat.list.at(-1)?.id ?? null;
  if (question && question.parent_id === last && message.parent_id === question.id) chat.list.push(question, message);
  else if (message.parent_id === last) chat.list.push(message);
  else topics.push(`stale:${run.conversation_id}`);
  return topics;
}

const messageOf = (state, { conversation_id: chat, message_id: message }) => state.chats.get(chat)?.list.find(({ id }) => id === message);

/** `offset` counts UTF-16 units before the new text: what overlaps is left out, a gap makes the chat stale. */
function written(state, data, field) {
  const { conversation_id: id, offset, content } = data;
  const message = messageOf(state, data);
  if (!message) return state.chats.has(id) ? [`stale:${id}`] : [];
  const have = message[field].length;
  if (offset > have) return [`stale:${id}`];
  if (offset + content.length <= have) return [];
  message[field] += content.slice(have - offset);
  message.run_status = 'running';
  return [`chat:${id}`];
}

function toolChanged(state, data) {
  const { conversation_id: id, tool } = data;
  const message = messageOf(state, data);
  if (!message) return [];
  const index = message.tools.findIndex((known) => known.id === tool.id);
  if (index < 0) message.tools.push(tool);
  else message.tools[index] = tool;
  message.run_status = 'running';
  return [`chat:${id}`];
}

/** Takes over a read of a chat; text that is ahead of it stays. */
export function chatRead(state, { conversation, messages, next }, older = false) {
  state.conversations.set(conversation.id, conversation);
  const before = state.chats.get(conversation.id);
  const kept = new Map((before?.list ?? []).map((message) => [message.id, message]));
  const merged = messages.map((message) => {
    const known = kept.get(message.id);
    if (!known) return message;
    if (message.status === 'running' && hasEnded(known)) return known;
    const ahead = message.status === 'running' && known.content.length > message.content.length ? known.content : message.content;
    return Object.assign(known, message, { content: ahead });
  });
  if (older) {
    before.list.unshift(...merged.filter((message) => !kept.has(message.id)));
    before.next = next;
  } else {
    // Older pages stay when they lead to this one.
    const joint = merged[0] ? (before?.list ?? []).findIndex(({ id }) => id === merged[0].id) : -1;
    const head = joint > 0 ? before.list.slice(0, joint) : [];
    state.chats.set(conversation.id, { list: [...head, ...merged], next: head.length > 0 ? before.next : next });
  }
}

export function chatsOf(state, backend) {
  return [...state.conversations.values()].filter((conversation) => conversation.backend === backend)
    .sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.updated_at - a.updated_at || b.id - a.id);
}

/** What the page knows. `on` listens to a topic; its answer ends that. */
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

/** For each read under way the events since it began: its answer may be older. */
const reads = new Set();

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

/** The newest chats, or `more` after those that are known. */
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

export function readAgain(id) {
  if (again.has(id)) return;
  again.set(id, setTimeout(() => {
    again.delete(id);
    if (store.state.chats.has(id)) readChat(id).catch(() => {});
  }, 250));
}

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
