/**
 * Progress of operations that are not done. A browser opens six connections to a service at most, so only a few
 * operations are followed live; of the others a look at the list every few seconds has to do.
 */

import { call, path } from "./api.js";
import { follow } from "./events.js";

const LIVE_MAX = 2;
const LOOK_MS = 3_000;
const PAGE = 200;

export const finished = (operation) => !["queued", "running"].includes(operation.state);

export class Following {
  /** `update(operation)` is called with every new state, `failed(error)` when one cannot be followed. */
  constructor(update, failed) {
    Object.assign(this, { update, failed });
    this.waiting = new Set();
    this.live = new Map();
    this.stopping = new AbortController();
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  add(operation) {
    if (finished(operation) || this.live.has(operation.id)) return;
    this.waiting.add(operation.id);
    this.fill();
  }

  remove(id) {
    this.waiting.delete(id);
    this.live.get(id)?.abort();
    this.live.delete(id);
    this.fill();
  }

  stop() {
    clearInterval(this.timer);
    this.stopping.abort();
    for (const each of this.live.values()) each.abort();
  }

  fill() {
    for (const id of this.waiting) {
      if (this.live.size >= LIVE_MAX) return;
      this.waiting.delete(id);
      const ending = new AbortController();
      this.live.set(id, ending);
      this.listen(id, ending.signal).catch(this.failed).finally(() => this.remove(id));
    }
  }

  async listen(id, signal) {
    await follow(path`/operations/${id}/events`, (event) => {
      const operation = JSON.parse(event.data);
      this.update(operation);
      return finished(operation);
    }, signal);
  }

  /** What those did in the meantime that are not followed live; gone from the list, they are asked for by name. */
  async look() {
    if (!this.waiting.size || this.looking) return;
    this.looking = true;
    try {
      const options = { query: { state: "queued,running", pageSize: PAGE }, signal: this.stopping.signal };
      const { operations } = await call("GET", "/operations", options);
      const going = new Map(operations.map((each) => [each.id, each]));
      for (const id of [...this.waiting]) {
        const now = going.get(id) ?? await call("GET", path`/operations/${id}`, { signal: this.stopping.signal });
        if (finished(now)) this.waiting.delete(id);
        this.update(now);
      }
    } catch (error) {
      if (!this.stopping.signal.aborted) this.failed(error);
    } finally {
      this.looking = false;
    }
  }
}
