/** Search in a transcript: whole phrases, in any case, "е" for "ё"; the hits as places of words. */

import { announce, h, icon, ICONS } from "./dom.js";
import { t } from "./i18n.js";

const HITS_MAX = 5_000; // nobody steps through more
const PAUSE_MS = 150;
const folded = (text) => text.toLowerCase().replace(/ё/g, "е");

export class Finder {
  constructor(utterances) {
    this.rows = utterances.map(({ written }) => {
      const starts = [];
      let text = "";
      for (const word of written) {
        starts.push(text.length);
        text += `${folded(word.text)} `;
      }
      return { text, starts };
    });
  }

  /** {row, from, to} of each place of `phrase`, `from` and `to` being its first and last word. */
  find(phrase) {
    const wanted = folded(phrase).trim().replace(/\s+/g, " ");
    const hits = [];
    if (!wanted) return hits;
    for (const [row, { text, starts }] of this.rows.entries()) {
      for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
        hits.push({ row, from: before(starts, at), to: before(starts, at + wanted.length - 1) });
        if (hits.length === HITS_MAX) return hits;
      }
    }
    return hits;
  }
}

/** The index of the last start that is not after `at`. */
function before(starts, at) {
  let index = starts.length - 1;
  while (starts[index] > at) index--;
  return index;
}

/** The search field; `show(hit, hits)` is called with the hit to go to, null for none. */
export function findBar(finder, { show }) {
  let hits = [], at = 0, timer = 0;
  const count = h("span", { class: "hint count" });
  const field = h("input", { type: "search", id: "find", placeholder: t("find"), "aria-label": t("find"),
    oninput: () => { clearTimeout(timer); timer = setTimeout(search, PAUSE_MS); },
    onkeydown: (event) => { if (event.key === "Enter") { event.preventDefault(); step(event.shiftKey ? -1 : 1); } } });
  const up = h("button", { type: "button", class: "quiet", "aria-label": t("previousHit"), onclick: () => step(-1) }, icon(ICONS.up));
  const down = h("button", { type: "button", class: "quiet", "aria-label": t("nextHit"), onclick: () => step(1) }, icon(ICONS.next));
  up.disabled = down.disabled = true;

  function search() {
    hits = finder.find(field.value);
    at = 0;
    go();
  }

  function step(by) {
    if (!hits.length) return;
    at = (at + by + hits.length) % hits.length;
    go();
  }

  function go() {
    up.disabled = down.disabled = !hits.length;
    count.textContent = !field.value.trim() ? "" : hits.length ? `${at + 1} / ${hits.length}` : t("notFound");
    if (field.value.trim()) announce(count.textContent);
    show(hits[at] ?? null, hits);
  }

  return { element: h("div", { class: "find", role: "search" }, icon(ICONS.search), field, count, up, down) };
}
