/** Files into the service by the tus protocol: in pieces, taken up again where a connection broke. */

import { ApiError, call, headers, path, PREFIX, reached } from "./api.js";

const PIECE_BYTES = 8 << 20; // what is sent again at most, when a connection breaks
const TRIES_MAX = 8; // in a row without a byte of progress
const WAIT_MS_MAX = 20_000;
const TUS = { "Tus-Resumable": "1.0.0" };

/** Upload a file; `progress(bytes)` as it goes. The id of the upload. Throws ApiError, or AbortError. */
export async function upload(file, name, progress, signal) {
  const { id } = await begin(file, name, signal);
  let sent = 0;
  for (let failures = 0; sent < file.size; ) {
    try {
      sent = await piece(id, file, sent, progress, signal);
      failures = 0;
    } catch (error) {
      const lasting = error.status >= 400 && error.status < 500 && error.status !== 409;
      if (signal.aborted || lasting || ++failures > TRIES_MAX) throw error;
      await pause(Math.min(500 * 2 ** failures, WAIT_MS_MAX), signal);
      sent = await offset(id, signal).catch(() => sent);
      progress(sent);
    }
  }
  return id;
}

/** Make the service forget an upload that nobody wants any more. */
export function forget(id) {
  return call("DELETE", path`/uploads/${id}`);
}

async function begin(file, name, signal) {
  const bytes = new TextEncoder().encode(name);
  const encoded = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const answer = await reached(fetch(`${PREFIX}/uploads`, {
    method: "POST", signal,
    headers: headers({ ...TUS, "Upload-Length": String(file.size), "Upload-Metadata": `filename ${encoded}` }),
  }));
  const document = await answer.json().catch(() => null);
  if (!answer.ok) throw new ApiError(answer.status, document);
  return document;
}

/** Send the next piece; XMLHttpRequest, because fetch does not tell how far it has come. */
function piece(id, file, from, progress, signal) {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    const end = Math.min(from + PIECE_BYTES, file.size);
    sending.open("PATCH", PREFIX + path`/uploads/${id}`);
    const told = { ...TUS, "Upload-Offset": String(from), "Content-Type": "application/offset+octet-stream" };
    for (const [name, value] of Object.entries(headers(told))) sending.setRequestHeader(name, value);
    sending.upload.onprogress = (event) => progress(from + event.loaded);
    sending.onload = () => (sending.status === 204 ? resolve(end) : reject(refused(sending)));
    sending.onerror = () => reject(new ApiError(0, null));
    sending.onabort = () => reject(new DOMException("", "AbortError"));
    signal.addEventListener("abort", () => sending.abort(), { once: true });
    sending.send(file.slice(from, end));
  });
}

function refused(sending) {
  let document = null;
  try {
    document = JSON.parse(sending.responseText);
  } catch {
    // a proxy's page: the status has to do
  }
  return new ApiError(sending.status, document);
}

async function offset(id, signal) {
  const answer = await reached(fetch(PREFIX + path`/uploads/${id}`, { method: "HEAD", signal, headers: headers(TUS) }));
  if (!answer.ok) throw new ApiError(answer.status, null);
  return Number(answer.headers.get("Upload-Offset"));
}

function pause(ms, signal) {
  return new Promise((done, stop) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); stop(new DOMException("", "AbortError")); }, { once: true });
  });
}
