/** How an operation stands, in words and as a bar. */

import { h } from "./dom.js";
import { formatPercent, formatSpan, hasWords, t } from "./i18n.js";

const word = (prefix, name) => (hasWords(prefix + name) ? t(prefix + name) : name);

/** "Recognising · 40 % · about 20 s left". */
export function stateText(operation) {
  if (operation.state !== "running") return word("state.", operation.state);
  const parts = [word("stage.", operation.stage)];
  if (operation.progress > 0) parts.push(formatPercent(operation.progress));
  if (operation.estimatedSecondsLeft !== null) parts.push(t("left", { span: formatSpan(operation.estimatedSecondsLeft) }));
  return parts.join(" · ");
}

/** What went wrong, with what to do about it. */
export function errorText(error) {
  const details = (error.details ?? []).map((each) => each?.metadata?.detail).filter(Boolean);
  return [error.message, ...details].filter(Boolean).join(": ");
}

/** The same for what a call threw; what is no answer of a call is a fault of ours, and goes to the console. */
export function thrownText(error) {
  if (error.status === undefined) console.error(error);
  if (!error.status) return t("offline");
  return [error.message, error.detail].filter(Boolean).join(": ");
}

/** A mark for a state: a shape as well as a colour. */
export function stateMark(state) {
  const shapes = { queued: "○", running: "◐", done: "✓", failed: "!", cancelled: "–", waiting: "○", sending: "↑", delivered: "✓" };
  return h("span", { class: `mark ${state}`, "aria-hidden": "true" }, shapes[state] ?? "·");
}

/** A bar from 0 to 1 that a screen reader can read too; `set(value)` moves it. */
export function bar(label) {
  const element = h("progress", { max: "1", value: "0", "aria-label": label });
  return { element, set: (value) => { element.value = value; } };
}
