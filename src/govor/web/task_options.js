/** How recordings are to be transcribed: language, text, voices, names to expect, headerless samples. */

import { call } from "./api.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { preference, remember } from "./preferences.js";

const DEFAULT = "ru-RU";
const RATES_HZ = [8000, 16000, 48000];

/** A part of the form that opens; `task()` gives the fields of a transcription. */
export function taskOptions() {
  const language = h("select", { id: "language", onchange: () => remember("task.language", language.value) }, option(DEFAULT));
  const literature = check("literatureText", true), profanity = check("profanityFilter"), speakers = check("labelSpeakers");
  const raw = h("select", { id: "raw" }, h("option", { value: "" }, t("rawNo")),
    RATES_HZ.flatMap((rate) => [1, 2].map((channels) => h("option", { value: `${rate} ${channels}` }, t("rawKind", { rate: rate / 1000, count: channels })))));
  const words = h("textarea", { id: "hot-words", rows: "2" });
  fillLanguages(language);
  const element = h("details", { class: "options" }, h("summary", {}, t("options")),
    h("div", { class: "fields" }, labelled("taskLanguage", language), labelled("raw", raw)),
    h("div", { class: "checks" }, literature.element, profanity.element, speakers.element),
    labelled("hotWords", words, "hot-words"));

  function task() {
    const [rate, channels] = raw.value.split(" ").map(Number);
    const hotWords = words.value.split(/[\n,;]+/).map((each) => each.trim()).filter(Boolean);
    return {
      language: language.value,
      literatureText: literature.on(), profanityFilter: profanity.on(), labelSpeakers: speakers.on(),
      ...(raw.value ? { audioEncoding: "LINEAR16_PCM", sampleRateHertz: rate, channels } : {}),
      ...(hotWords.length ? { hotWords } : {}),
    };
  }

  return { element, task };
}

const option = (code) => h("option", { value: code }, code === "auto" ? t("auto") : code);
const labelled = (name, field, id = field.id) => h("div", { class: "field" }, h("label", { for: id }, t(name)), field);

function check(name, otherwise = false) {
  const checked = preference(`task.${name}`, String(otherwise)) === "true";
  const box = h("input", { type: "checkbox", id: name, checked, onchange: () => remember(`task.${name}`, box.checked) });
  return { element: h("label", { class: "check" }, box, t(name)), on: () => box.checked };
}

/** The languages that have a model here; the default stays where the service does not say. */
async function fillLanguages(select) {
  const { models } = await call("GET", "/models").catch(() => ({ models: [] }));
  const codes = models.filter((each) => each.model && each.quality !== "missing").map((each) => each.language);
  const all = [...new Set([DEFAULT, ...codes, ...(codes.length > 1 ? ["auto"] : [])])];
  select.replaceChildren(...all.map(option));
  const last = preference("task.language", DEFAULT);
  if (all.includes(last)) select.value = last;
}
