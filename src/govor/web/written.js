/**
 * Written text with the times of what was heard. The service gives an utterance as `text` ("27 октября.") and as
 * the heard `words` ("двадцать", "седьмое", "октября") with times and confidences; this brings the two together.
 */

const bare = (word) => word.toLowerCase().replace(/ё/g, "е").replace(/[^\p{L}\p{N}*]/gu, "");

/** The written words of an utterance as {text, start, end, confidence}; never empty if there were words. */
export function writtenWords(utterance) {
  const written = utterance.text.split(/\s+/).filter(Boolean);
  const heard = utterance.words;
  if (!heard.length || !written.length) return written.map((text) => piece(text, utterance, 1));
  const result = [];
  let at = 0, from = 0;
  for (const [i, j] of [...matches(written.map(bare), heard.map((word) => bare(word.word))), [written.length, heard.length]]) {
    result.push(...spread(written.slice(at, i), heard, from, j));
    if (i < written.length) result.push(piece(written[i], heard[j], heard[j].confidence));
    at = i + 1;
    from = j + 1;
  }
  return result;
}

/** Pairs of indexes of equal words, a longest common subsequence. */
function matches(left, right) {
  const length = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      length[i][j] = left[i] && left[i] === right[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
    }
  }
  const pairs = [];
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    if (left[i] && left[i] === right[j]) pairs.push([i++, j++]);
    else if (length[i + 1][j] >= length[i][j + 1]) i++;
    else j++;
  }
  return pairs;
}

/** Written words that stand for heard ones from `from` to `to`: each gets its share of their time. */
function spread(texts, heard, from, to) {
  if (!texts.length) return [];
  const meant = heard.slice(from, to);
  if (!meant.length) { // punctuation by itself, and the like: the moment between its neighbours
    const moment = (heard[from - 1] ?? heard[0])[from > 0 ? "end" : "start"];
    return texts.map((text) => piece(text, { start: moment, end: moment }, 1));
  }
  const start = meant[0].start, step = (meant.at(-1).end - start) / texts.length;
  const confidence = Math.min(...meant.map((word) => word.confidence));
  return texts.map((text, k) => piece(text, { start: start + k * step, end: start + (k + 1) * step }, confidence));
}

const piece = (text, { start, end }, confidence) => ({ text, start, end, confidence });
