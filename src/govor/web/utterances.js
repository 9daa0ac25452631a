/**
 * The rows of a transcript: an utterance each, the channels side by side, every word a place to jump to.
 *
 * For the keyboard the whole list is one stop: up and down move between utterances, left and right between words,
 * Enter plays from there. Words are no buttons of their own: a screen reader reads an utterance as a sentence.
 */

import { announce, h } from "./dom.js";
import { formatClock, formatPercent, t } from "./i18n.js";
import { VirtualList } from "./virtual_list.js";

const CHARACTER_PX = 8.2, LINE_PX = 26, ROW_PX = 48; // for guesses of heights; rows are measured when they are seen
const HANDS_OFF_MS = 4_000; // after somebody scrolled, the list does not follow the voice for so long

export class Utterances {
  constructor(utterances, { voices, speakers, doubtBelow, play }) {
    Object.assign(this, { utterances, voices, speakers, doubtBelow, play });
    this.spoken = [];
    this.hits = new Map();
    this.hit = null;
    this.cursor = { row: 0, word: 0 };
    this.touched = 0;
    this.following = true;
    this.list = h("ol", { class: "utterances", "data-voices": String(Math.min(voices.length, 2)) });
    this.element = h("section", { class: "transcript card", "aria-label": t("transcript"), "aria-describedby": "keys" }, this.list,
      h("p", { id: "keys", class: "unseen" }, t("transcriptKeys")));
    this.list.addEventListener("click", (event) => this.clicked(event));
    this.list.addEventListener("keydown", (event) => this.pressed(event));
    this.list.addEventListener("focusin", (event) => this.focused(event));
    for (const kind of ["wheel", "touchmove"]) {
      this.element.addEventListener(kind, () => { this.touched = performance.now(); }, { passive: true });
    }
  }

  /** Once the element is in the document. */
  start() {
    if (!this.utterances.length) return;
    this.view = new VirtualList(this.element, this.list, {
      count: this.utterances.length,
      estimate: (index, width) => this.estimate(index, width),
      render: (index) => this.render(index),
    });
  }

  stop() {
    this.view?.stop();
  }

  estimate(index, width) {
    const columns = this.voices.length > 1 && width > 720 ? 2 : 1;
    const letters = Math.max(10, (width / columns - 60) / CHARACTER_PX);
    return ROW_PX + LINE_PX * Math.ceil(this.utterances[index].text.length / letters);
  }

  render(index) {
    const { channel, start, written } = this.utterances[index];
    const words = written.flatMap((word, at) => [this.word(word, index, at), " "]);
    const time = h("button", { type: "button", class: "time", tabindex: index === this.cursor.row ? "0" : "-1",
      "aria-label": t("playFrom", { time: formatClock(start) }) }, formatClock(start));
    return h("li", { class: "utterance", "data-row": String(index), "data-voice": String(this.voices.indexOf(channel) % 2 + 1),
      "aria-setsize": String(this.utterances.length), "aria-posinset": String(index + 1) },
    h("div", { class: "who" }, h("span", { class: "speaker" }, this.name(channel)), time), h("p", {}, words));
  }

  word(word, row, at) {
    const classes = ["word"];
    if (word.confidence < this.doubtBelow) classes.push("doubtful");
    if (this.spoken.some(([r, w]) => r === row && w === at)) classes.push("spoken");
    if (this.hits.get(row)?.has(at)) classes.push("hit");
    if (this.hit && this.hit.row === row && at >= this.hit.from && at <= this.hit.to) classes.push("current");
    const title = word.confidence < this.doubtBelow ? t("surety", { share: formatPercent(word.confidence) }) : null;
    return h("span", { class: classes.join(" "), "data-word": String(at), title }, word.text);
  }

  name(channel) {
    return this.speakers[channel] || (this.voices.length > 1 ? t("speaker", { number: channel }) : "");
  }

  /** Show other names of the speakers. */
  rename(speakers) {
    this.speakers = speakers;
    this.view?.reset();
  }

  /** Mark the words that are being spoken, and keep them in view while nobody scrolls elsewhere. */
  speak(places, playing) {
    const same = places.length === this.spoken.length && places.every(([row, word], at) => this.spoken[at][0] === row && this.spoken[at][1] === word);
    if (same) return;
    for (const [row, word] of this.spoken) this.element_of(row, word)?.classList.remove("spoken");
    this.spoken = places;
    for (const [row, word] of places) this.element_of(row, word)?.classList.add("spoken");
    const handsOff = performance.now() - this.touched > HANDS_OFF_MS;
    if (playing && this.following && handsOff && places.length) {
      const row = Math.max(...places.map(([each]) => each));
      if (!this.view.shows(row)) this.view.scrollTo(row);
    }
  }

  /** Show one hit of a search, and where the others are. */
  showHit(hit, hits) {
    this.hit = hit;
    this.hits = new Map();
    for (const { row, from, to } of hits) {
      const marked = this.hits.get(row) ?? new Set();
      for (let at = from; at <= to; at++) marked.add(at);
      this.hits.set(row, marked);
    }
    this.view?.reset();
    if (hit) this.view.scrollTo(hit.row);
  }

  /** Move the cursor to a word and show it. */
  point(row, word) {
    this.cursor = { row, word };
    this.view.pinned = row;
    this.view.scrollTo(row);
    this.drawCursor();
  }

  element_of(row, word) {
    return this.view?.row(row)?.querySelector(`[data-word="${word}"]`);
  }

  clicked(event) {
    const row = event.target.closest("li");
    if (!row) return;
    const index = Number(row.dataset.row), utterance = this.utterances[index];
    const word = event.target.closest(".word");
    if (word && !getSelection().isCollapsed) return; // somebody selects text
    if (!word && !event.target.closest(".time")) return;
    this.cursor = { row: index, word: word ? Number(word.dataset.word) : 0 };
    this.drawCursor();
    this.play(word ? utterance.written[this.cursor.word].start : utterance.start);
  }

  focused(event) {
    const row = event.target.closest("li");
    if (!row) return;
    this.view.pinned = Number(row.dataset.row);
    if (this.cursor.row !== this.view.pinned) this.cursor = { row: this.view.pinned, word: 0 };
  }

  pressed(event) {
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [-Infinity, 0], End: [Infinity, 0], PageUp: [-10, 0], PageDown: [10, 0] };
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      return this.play(this.utterances[this.cursor.row].written[this.cursor.word]?.start ?? this.utterances[this.cursor.row].start);
    }
    if (!(event.key in moves)) return;
    event.preventDefault();
    const [rows, words] = moves[event.key];
    if (rows) this.moveTo(Math.min(this.utterances.length - 1, Math.max(0, this.cursor.row + rows)), 0);
    else this.moveTo(this.cursor.row, Math.min(this.utterances[this.cursor.row].written.length - 1, Math.max(0, this.cursor.word + words)));
    if (words) this.tell();
  }

  moveTo(row, word) {
    const other = row !== this.cursor.row;
    this.cursor = { row, word };
    this.view.pinned = row;
    if (!this.view.shows(row)) this.view.scrollTo(row);
    else this.view.draw();
    this.drawCursor();
    if (other) this.view.row(row)?.querySelector(".time").focus({ preventScroll: true });
  }

  tell() {
    const { text, confidence } = this.utterances[this.cursor.row].written[this.cursor.word];
    announce(confidence < this.doubtBelow ? `${text}, ${t("surety", { share: formatPercent(confidence) })}` : text);
  }

  drawCursor() {
    for (const each of this.list.querySelectorAll(".cursor")) each.classList.remove("cursor");
    for (const each of this.list.querySelectorAll('.time[tabindex="0"]')) each.tabIndex = -1;
    this.element_of(this.cursor.row, this.cursor.word)?.classList.add("cursor");
    const time = this.view.row(this.cursor.row)?.querySelector(".time");
    if (time) time.tabIndex = 0;
  }
}
