/** Calls of Govor's own API, `/govor/v1`; its reference is the page /docs of the same service. */

import { authorization } from "./session.js";

export const PREFIX = "/govor/v1";

/** An answer that is an error: `status` is HTTP's, `message` the service's, `detail` what to do about it. */
export class ApiError extends Error {
  constructor(status, document) {
    super(document?.message || `HTTP ${status}`);
    this.status = status;
    this.code = document?.code;
    const details = Array.isArray(document?.details) ? document.details : [];
    this.detail = details.map((each) => each?.metadata?.detail).filter(Boolean).join("; ");
  }
}

let refused = () => {};

/** Call this when a key is not valid any more. */
export function whenRefused(callback) {
  refused = callback;
}

/** Headers that every call has. */
export function headers(more = {}) {
  const key = authorization();
  return key ? { Authorization: key, ...more } : { ...more };
}

/** The answer of a call, refused ones as ApiError. `query` leaves out what is empty; `body` is sent as JSON. */
export async function request(method, path, { query = {}, body, signal } = {}) {
  const parameters = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "" && value != null));
  const address = PREFIX + path + (parameters.size ? `?${parameters}` : "");
  const told = body === undefined ? {} : { "Content-Type": "application/json" };
  const answer = await reached(fetch(address, {
    method, signal, headers: headers(told), body: body === undefined ? undefined : JSON.stringify(body),
  }));
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

/** The answer of a fetch; ApiError with status 0 if there is none. */
export async function reached(fetching) {
  try {
    return await fetching;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, null);
  }
}

/** The JSON of an answer. */
export async function call(method, path, options) {
  const answer = await request(method, path, options);
  return answer.status === 204 ? null : answer.json();
}

/** What an unsuccessful answer says; a proxy's page of HTML says nothing but its status. */
export async function refusal(answer) {
  const text = await answer.text();
  let document = null;
  try {
    document = JSON.parse(text);
  } catch {
    // not ours: the status has to do
  }
  if (answer.status === 401) refused();
  return new ApiError(answer.status, document);
}

/** A path with its parts made safe. */
export function path(strings, ...values) {
  return strings.reduce((whole, piece, at) => whole + piece + (at < values.length ? encodeURIComponent(values[at]) : ""), "");
}
