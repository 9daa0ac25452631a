/** The transcript: what was said by whom and when, beside the recording. */

import { call, path } from "./api.js";
import { announce, h } from "./dom.js";
import { Finder, findBar } from "./find.js";
import { t } from "./i18n.js";
import { Moments } from "./moments.js";
import { player } from "./player.js";
import { preference, remember } from "./preferences.js";
import { speakerNames } from "./speakers.js";
import { Utterances } from "./utterances.js";
import { waveform } from "./waveform.js";
import { writtenWords } from "./written.js";

const DOUBT_BELOW = 0.5; // a word that is more likely wrong than right

/** Everything below the heading; returns what ends it. */
export function transcriptView(root, operation, transcript, fail) {
  const utterances = transcript.utterances.map((each) => ({ ...each, written: writtenWords(each) }));
  const moments = new Moments(utterances);
  const voices = [...new Set(utterances.map((each) => each.channel))].sort((a, b) => a - b);
  const speakers = { ...transcript.speakers };
  const sound = player(operation, { moved, fail });
  const waves = waveform({ seek: (seconds) => sound.seek(seconds) });
  const rows = new Utterances(utterances, { voices, speakers, doubtBelow: DOUBT_BELOW, play: (seconds) => sound.play(seconds) });
  const names = speakerNames(voices, speakers, async (changed) => {
    const kept = await call("PUT", path`/operations/${operation.id}/speakers`, { body: changed });
    rows.rename(kept);
    announce(t("namesSaved"));
  });
  const finding = findBar(new Finder(utterances), { show: (hit, hits) => rows.showHit(hit, hits) });
  const marks = doubtMarks(utterances, rows);
  const follow = toggle("follow", true, (on) => { rows.following = on; });
  const panel = h("div", { class: "panel card" }, h("div", { class: "sound" }, sound.element, waves.element),
    h("div", { class: "toolbar" }, finding.element, marks, follow, names));
  root.append(panel, rows.element);
  if (!utterances.length) rows.element.replaceChildren(h("p", { class: "empty hint" }, t("noSpeech")));
  rows.start();
  load();

  async function load() {
    try {
      waves.show(await call("GET", path`/operations/${operation.id}/waveform`));
    } catch (error) {
      if (error.status !== 404) fail(error); // without one, the player still has its own line
    }
  }

  function moved(seconds, playing) {
    waves.at(seconds);
    rows.speak(moments.at(seconds), playing);
  }

  return () => {
    sound.stop();
    waves.stop();
    rows.stop();
  };
}

function toggle(name, otherwise, set) {
  const on = preference(`transcript.${name}`, String(otherwise)) === "true";
  const box = h("input", { type: "checkbox", checked: on, onchange: () => { remember(`transcript.${name}`, box.checked); set(box.checked); } });
  set(on);
  return h("label", { class: "check" }, box, t(name));
}

/** The switch that marks doubtful words, and the way to the next one. */
function doubtMarks(utterances, rows) {
  const places = utterances.flatMap(({ written }, row) => written.flatMap((word, index) => (word.confidence < DOUBT_BELOW ? [[row, index]] : [])));
  if (!places.length) return null;
  let at = -1;
  const next = h("button", { type: "button", class: "quiet", onclick: () => {
    at = (at + 1) % places.length;
    const [row, index] = places[at];
    rows.point(row, index);
    announce(t("doubtfulWord", { word: utterances[row].written[index].text, at: at + 1, count: places.length }));
  } }, t("nextDoubt", { count: places.length }));
  return h("div", { class: "group" }, toggle("marks", true, (on) => rows.element.classList.toggle("marked", on)), next);
}
