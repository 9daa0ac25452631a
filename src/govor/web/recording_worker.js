/** Service worker: requests of media elements for recordings get the key of the tab they come from. Keeps nothing. */

const RECORDING = /^\/govor\/v1\/operations\/[^/]+\/audio$/;
const WAIT_MS = 2_000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  const ours = origin === location.origin && event.request.method === "GET" && RECORDING.test(pathname);
  if (ours && !event.request.headers.has("Authorization")) event.respondWith(withKey(event));
});

async function withKey(event) {
  const headers = new Headers({ Authorization: await keyOf(event.clientId) });
  const range = event.request.headers.get("Range");
  if (range) headers.set("Range", range);
  return fetch(event.request.url, { headers, cache: "no-store" });
}

/** Ask the tab. */
async function keyOf(clientId) {
  const tab = await self.clients.get(clientId);
  if (!tab) return "";
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    port1.onmessage = ({ data }) => done(data);
    setTimeout(() => done(""), WAIT_MS);
    tab.postMessage("authorization", [port2]);
  });
}
