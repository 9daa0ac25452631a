/** Words of the page in the reader's language, and dates, numbers and durations as one writes them there. */

import { preference, remember } from "./preferences.js";
import { en } from "./words/en.js";
import { ru } from "./words/ru.js";

const WORDS = { en, ru };
let language = "en";
let plural, number, moment, day;

/** The reader's choice, else the browser's first language that we have, else English. */
export function chooseLanguage(chosen = preference("language", "")) {
  const wanted = [chosen, ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
  language = wanted.find((tag) => tag in WORDS) ?? "en";
  plural = new Intl.PluralRules(language);
  number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" });
  document.documentElement.lang = language;
}

export function switchLanguage(chosen) {
  remember("language", chosen);
  chooseLanguage(chosen);
}

export const currentLanguage = () => language;
export const languageNames = () => Object.entries(WORDS).map(([tag, words]) => [tag, words.language]);

/** The words for `name` with {values} put in; where they depend on a number, it is `count`. */
export function t(name, values = {}) {
  let words = WORDS[language][name];
  if (words === undefined) throw new Error(`no words for ${name} in ${language}`);
  if (typeof words === "object") words = words[plural.select(values.count)] ?? words.other;
  return words.replace(/\{(\w+)\}/g, (_, key) => {
    const value = values[key];
    return typeof value === "number" ? number.format(value) : String(value);
  });
}

/** Whether there are words for a name: states and stages of a newer service may have none here. */
export const hasWords = (name) => name in WORDS[language];

export const formatNumber = (value) => number.format(value);
export const formatPercent = (share) => `${Math.round(share * 100)}\u00a0%`;
export const formatMoment = (time) => moment.format(new Date(time));
export const formatDay = (date) => day.format(new Date(`${date}T00:00:00Z`));

/** 4:05 or 1:04:05. */
export function formatClock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60) % 60;
  const tail = String(whole % 60).padStart(2, "0");
  if (whole < 3600) return `${minutes}:${tail}`;
  return `${Math.floor(whole / 3600)}:${String(minutes).padStart(2, "0")}:${tail}`;
}

/** "about 20 s", "about 3 min", "1.5 h": rough, as estimates are. */
export function formatSpan(seconds) {
  if (seconds < 90) return t("seconds", { value: Math.max(1, Math.round(seconds)) });
  if (seconds < 5400) return t("minutes", { value: Math.round(seconds / 60) });
  return t("hours", { value: Math.round(seconds / 360) / 10 });
}

export function formatBytes(bytes) {
  const steps = ["B", "KB", "MB", "GB"];
  let step = 0;
  for (; bytes >= 1000 && step < steps.length - 1; step++) bytes /= 1000;
  return `${number.format(bytes)}\u00a0${t(steps[step])}`;
}
