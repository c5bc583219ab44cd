/** An answer that is an error, in the words of the server. */
export class ApiError extends Error {
  constructor(message, { status = 0, code = '', requestId = '', retryAfter = 0 } = {}) {
    super(message);
    Object.assign(this, { status, code, requestId, retryAfter });
  }
}

/** Sends JSON, answers JSON. Throws an ApiError. */
export async function request(method, path, body) {
  const response = await send(method, path, body);
  return response.status === 204 ? null : response.json();
}

/**
 * The data of each server-sent event of an answer, as text, as it arrives. Comments are skipped.
 * Ends when the server ends it; throws an ApiError when the server refuses, an AbortError when `signal` is aborted.
 */
export async function* events(method, path, body, signal) {
  const response = await send(method, path, body, signal);
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('text/event-stream')) throw new ApiError('The server did not answer with a stream.');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let data = [];
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        if (line === '' && data.length > 0) {
          yield data.join('\n');
          data = [];
        } else if (line.startsWith('data:')) {
          data.push(line.slice(line[5] === ' ' ? 6 : 5));
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function send(method, path, body, signal) {
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
  let response;
  try {
    response = await fetch(path, {
      method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError('The server cannot be reached.');
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

/** Both shapes: `{detail, code}` of /api and /auth, `{error: {message, code}}` of /v1. */
async function errorOf(response) {
  const body = await response.json().catch(() => ({}));
  return new ApiError(body.detail ?? body.error?.message ?? `The server answered ${response.status}.`, {
    status: response.status,
    code: body.code ?? body.error?.code ?? '',
    requestId: response.headers.get('x-request-id') ?? '',
    retryAfter: Number(response.headers.get('retry-after') ?? 0),
  });
}
