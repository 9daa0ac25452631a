/** The last deliveries of a webhook, asked for when they are opened. */

import { call, path } from "./api.js";
import { h } from "./dom.js";
import { formatMoment, formatNumber, hasWords, t } from "./i18n.js";
import { stateMark, thrownText } from "./state.js";

export function deliveries(webhookId) {
  const body = h("div");
  const again = h("button", { type: "button", class: "quiet", onclick: () => load() }, t("refresh"));
  const element = h("details", {}, h("summary", {}, t("lastDeliveries")), body, again);
  element.addEventListener("toggle", () => { if (element.open) load(); });
  return element;

  async function load() {
    try {
      const found = (await call("GET", path`/webhooks/${webhookId}`)).deliveries;
      body.replaceChildren(found.length ? table(found) : h("p", { class: "hint" }, t("noDeliveries")));
    } catch (error) {
      body.replaceChildren(h("p", { class: "error", role: "alert" }, thrownText(error)));
    }
  }
}

function table(found) {
  const head = ["ended", "recording", "delivery", "attempts", "lastAnswer"].map((name) => h("th", { scope: "col" }, t(name)));
  return h("div", { class: "wide", tabindex: "0", role: "group", "aria-label": t("lastDeliveries") },
    h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, found.map(row))));
}

function row({ operationId, state, attempts, createdAt, nextAttemptAt, lastAnswer }) {
  const next = nextAttemptAt && attempts ? t("nextAttempt", { time: formatMoment(nextAttemptAt) }) : null;
  const words = hasWords(`delivery.${state}`) ? t(`delivery.${state}`) : state;
  return h("tr", {},
    h("td", {}, h("time", { datetime: createdAt }, formatMoment(createdAt))),
    h("td", {}, h("a", { href: `#/operations/${operationId}` }, h("code", {}, operationId))),
    h("td", { class: "delivery" }, stateMark(state), words),
    h("td", {}, formatNumber(attempts)),
    h("td", {}, lastAnswer ?? "–", next ? h("p", { class: "hint" }, next) : null));
}
