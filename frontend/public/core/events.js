import { Election, beat } from './election.js';
import { follow } from './stream.js';

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
