/** An answer that is an error, in the words of the server. */
export class ApiError extends Error {
  constructor(message, { status = 0, code = '', requestId = '', retryAfter = 0 } = {}) {
    super(message);
    Object.assign(this, { status, code, requestId, retryAfter });
  }
}

/** What is called when the server no longer knows the session. Set by the page. */
export const session = { ended: () => {} };

/** Sends JSON, answers JSON or null. Throws an ApiError; status 0 when the server cannot be reached. */
export async function request(method, path, body, { signal, keepalive, headers = {} } = {}) {
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(path, { method, headers, signal, keepalive, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError('The server cannot be reached.', { code: 'unreachable' });
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

/** A path of encoded parts with a query; empty values are left out. */
export function path(parts, query = {}) {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '' && value !== null && value !== undefined));
  return `/${parts.map(encodeURIComponent).join('/')}${search.size ? `?${search}` : ''}`;
}

/** Both shapes: `{detail, code}` of /api and /auth, `{error: {message, code}}` of /v1. */
export async function errorOf(response) {
  const body = await response.json().catch(() => ({}));
  const detail = typeof body.detail === 'string' ? body.detail : body.error?.message;
  return new ApiError(detail ?? `The server answered ${response.status}.`, {
    status: response.status,
    code: body.code ?? body.error?.code ?? '',
    requestId: body.request_id ?? response.headers.get('x-request-id') ?? '',
    retryAfter: Number(response.headers.get('retry-after') ?? 0),
  });
}
