/** Which words are being spoken at a moment: one sorted time line for each channel. */

export class Moments {
  /** `utterances` have `channel` and `written` words. */
  constructor(utterances) {
    this.channels = new Map();
    utterances.forEach(({ channel, written }, row) => {
      if (!this.channels.has(channel)) this.channels.set(channel, { starts: [], ends: [], places: [] });
      const line = this.channels.get(channel);
      written.forEach((word, index) => {
        line.starts.push(word.start);
        line.ends.push(word.end);
        line.places.push([row, index]);
      });
    });
  }

  /** [row, index of the word] of each word spoken at `seconds`; a word lasts until the next one of its row begins. */
  at(seconds) {
    const found = [];
    for (const { starts, ends, places } of this.channels.values()) {
      const at = last(starts, seconds);
      if (at < 0) continue;
      const follower = places[at + 1]?.[0] === places[at][0] ? starts[at + 1] : ends[at];
      if (seconds <= Math.max(ends[at], follower)) found.push(places[at]);
    }
    return found;
  }
}

/** The index of the last value that is not above `limit`; -1 if all are. */
function last(values, limit) {
  let low = -1, high = values.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (values[middle] <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
