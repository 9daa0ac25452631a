/**
 * Where the recording is played from. A media element cannot send a key, so
 *  - without keys it fetches the recording itself, in ranges;
 *  - with one, a service worker adds the key to those ranges; the worker asks this tab for it each time;
 *  - where there are no service workers (plain http from another machine), the whole recording is fetched first.
 */

import { path, PREFIX, request } from "./api.js";
import { authorization } from "./session.js";

const WORKER = "/web/recording_worker.js";
const WAIT_MS = 3_000; // for the worker to take over; then the recording is fetched whole

/** An address for a media element, and what to do when it is not needed any more. */
export async function recordingSource(id) {
  const address = PREFIX + path`/operations/${id}/audio`;
  if (!authorization() || (await worker())) return { address, release() {} };
  const answer = await request("GET", path`/operations/${id}/audio`);
  const blob = URL.createObjectURL(await answer.blob());
  return { address: blob, release: () => URL.revokeObjectURL(blob) };
}

let starting = null;

/** Whether a service worker fetches recordings for this tab. */
function worker() {
  starting ??= started().catch(() => false); // private windows refuse; the other way is there for them
  return starting;
}

async function started() {
  if (!navigator.serviceWorker) return false;
  navigator.serviceWorker.addEventListener("message", ({ data, ports }) => {
    if (data === "authorization") ports[0].postMessage(authorization());
  });
  await navigator.serviceWorker.register(trusted(WORKER), { scope: "/" });
  await navigator.serviceWorker.ready;
  if (navigator.serviceWorker.controller) return true;
  return new Promise((done) => {
    navigator.serviceWorker.addEventListener("controllerchange", () => done(true), { once: true });
    setTimeout(() => done(Boolean(navigator.serviceWorker.controller)), WAIT_MS);
  });
}

/** Trusted Types wants a policy for addresses of scripts; this one knows a single address. */
function trusted(address) {
  if (!self.trustedTypes) return address;
  const policy = trustedTypes.createPolicy("govor-worker", {
    createScriptURL(wanted) {
      if (wanted !== WORKER) throw new TypeError("not the worker");
      return wanted;
    },
  });
  return policy.createScriptURL(address);
}
