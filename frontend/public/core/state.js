/** Everything that is known of the server, and how its events change it. No document, no network. */
export function emptyState() {
  return {
    user: null, config: {}, backends: [],
    /** backend → runner. */
    runners: {},
    /** backend → {began, steps: [{stage, at}], progress, ended}: the start under way or the last one, as it was seen. */
    starts: {},
    /** id → conversation. */
    conversations: new Map(),
    hasMore: null,
    /** conversation id → {list: [message], next: cursor|null}: the branch that is shown, oldest first. */
    chats: new Map(),
    /** `on`, `off`. */
    live: 'on',
  };
}

/** Applies one event; answers the topics that changed: `runners`, `conversations`, `chat:<id>`, `stale:<id>`, `keys`. */
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
    case 'keys': return ['keys'];
    case 'reset': return ['reset'];
    case 'hello': return ['hello'];
    default: return [];
  }
}

export const isBusy = (runner) => ['queued', 'pulling', 'starting'].includes(runner?.phase);
export const isUp = (runner) => ['ready', 'draining'].includes(runner?.phase);

/** Keeps what a runner is, and when each step of its start was first seen. */
export function runnerChanged(state, runner, now) {
  const before = state.runners[runner.backend];
  // Its countdown runs from here.
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

/** The steps of a start in the order in which they are shown. */
export const stages = ['queued', 'image_pull', 'creating', 'docker_run', 'health_wait', 'ready'];
const order = (stage) => stages.indexOf(stage);

/** A reply that ended never goes on: another attempt is another message. */
const hasEnded = (message) => Boolean(message) && message.status !== 'running';

function runChanged(state, { run, message, question }) {
  const conversation = state.conversations.get(run.conversation_id);
  const isOver = run.status !== 'waiting' && run.status !== 'running';
  const chat = state.chats.get(run.conversation_id);
  const known = chat?.list.find(({ id }) => id === message?.id);
  // The answer to a request may come later than the event that tells of the end.
  if (!isOver && hasEnded(known)) return [];
  if (conversation) conversation.active_run = isOver ? null : run.id;
  const topics = ['conversations', `chat:${run.conversation_id}`];
  if (!chat || !message) return topics;
  message.run_status = run.status;
  if (known) {
    // What came by deltas may be ahead of a message that was read for a change of state.
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

/** `offset` counts UTF-16 units before the new text: what overlaps is left out, after a gap the chat is read again. */
function written(state, { conversation_id: id, message_id: messageId, offset, content }, field) {
  const message = state.chats.get(id)?.list.find((candidate) => candidate.id === messageId);
  if (!message) return state.chats.has(id) ? [`stale:${id}`] : [];
  const have = message[field].length;
  if (offset > have) return [`stale:${id}`];
  if (offset + content.length <= have) return [];
  message[field] += content.slice(have - offset);
  message.run_status = 'running';
  return [`chat:${id}`];
}

function toolChanged(state, { conversation_id: id, message_id: messageId, tool }) {
  const message = state.chats.get(id)?.list.find((candidate) => candidate.id === messageId);
  if (!message) return [];
  const index = message.tools.findIndex((candidate) => candidate.id === tool.id);
  if (index < 0) message.tools.push(tool);
  else message.tools[index] = tool;
  message.run_status = 'running';
  return [`chat:${id}`];
}

/** Takes over a read of a chat; text that came meanwhile and is ahead of the read stays. */
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
    // Older pages that were read stay when they still lead to this page.
    const joint = merged[0] ? (before?.list ?? []).findIndex(({ id }) => id === merged[0].id) : -1;
    const head = joint > 0 ? before.list.slice(0, joint) : [];
    state.chats.set(conversation.id, { list: [...head, ...merged], next: head.length > 0 ? before.next : next });
  }
}

/** Chats of a backend, pinned first, then by the newest activity. */
export function chatsOf(state, backend) {
  return [...state.conversations.values()].filter((conversation) => conversation.backend === backend)
    .sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.updated_at - a.updated_at || b.id - a.id);
}
