/** Server-sent events through fetch: the browser's own EventSource cannot send a key. */

import { headers, PREFIX, refusal } from "./api.js";

const WAIT_MS_MAX = 15_000;

/** A parser of the event stream format: `feed(text)` returns the events that are complete. */
export class EventParser {
  constructor() {
    this.rest = "";
    this.lastId = "";
  }

  feed(text) {
    this.rest += text;
    const blocks = this.rest.split(/\r\n\r\n|\n\n|\r\r/);
    this.rest = blocks.pop();
    return blocks.map((block) => this.event(block)).filter((event) => event.data !== "");
  }

  event(block) {
    const found = { type: "message", data: [] };
    for (const line of block.split(/\r\n|\n|\r/)) {
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") found.type = value;
      if (field === "data") found.data.push(value);
      if (field === "id") this.lastId = value;
    }
    return { type: found.type, data: found.data.join("\n") };
  }
}

/**
 * Follow a stream until `take(event)` returns true or `signal` aborts; broken connections are taken up again
 * from the last event. Refusals (4xx) are thrown.
 */
export async function follow(path, take, signal) {
  const parser = new EventParser();
  for (let wait = 500; !signal.aborted; wait = Math.min(wait * 2, WAIT_MS_MAX)) {
    try {
      const more = parser.lastId ? { "Last-Event-ID": parser.lastId } : {};
      const answer = await fetch(PREFIX + path, { signal, headers: headers({ Accept: "text/event-stream", ...more }) });
      if (answer.status >= 400 && answer.status < 500) throw await refusal(answer);
      if (answer.ok && (await drained(answer, parser, take))) return;
      if (answer.ok) wait = 500;
    } catch (error) {
      if (signal.aborted) return;
      if (error.status) throw error;
    }
    parser.rest = "";
    await new Promise((done) => setTimeout(done, wait));
  }
}

async function drained(answer, parser, take) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return false;
    for (const event of parser.feed(value)) {
      if (take(event)) {
        await reader.cancel();
        return true;
      }
    }
  }
}
