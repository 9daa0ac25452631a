/** What was used: totals and a chart by day, with the same figures as a table. */

import { call } from "./api.js";
import { chart } from "./chart.js";
import { h } from "./dom.js";
import { formatDay, formatNumber, formatSpan, t } from "./i18n.js";
import { thrownText } from "./state.js";

const SPANS = [7, 30, 90];

export function usageView(root) {
  const body = h("div");
  const span = h("select", { id: "span", onchange: () => load() }, SPANS.map((days) => h("option", { value: String(days), selected: days === 30 }, t("days", { count: days }))));
  root.append(h("div", { class: "title" }, h("h1", {}, t("usage")), h("label", { class: "field row", for: "span" }, t("period"), span)), body);
  load();

  async function load() {
    try {
      const usage = await call("GET", "/usage", { query: { days: span.value } });
      body.replaceChildren(tiles(usage.total), ...charts(usage.days), table(usage.days));
    } catch (error) {
      body.replaceChildren(h("p", { class: "error", role: "alert" }, thrownText(error)));
    }
  }
}

function tiles(total) {
  const tile = (value, words) => h("div", { class: "tile card" }, h("dt", {}, words), h("dd", {}, value));
  return h("dl", { class: "tiles" },
    tile(formatNumber(total.operations), t("operations")),
    tile(formatSpan(total.audioSeconds), t("audio")),
    tile(formatNumber(total.failures), t("failures")));
}

function charts(days) {
  const points = (value) => days.map((day) => ({ label: formatDay(day.date), value: value(day) }));
  return [
    chart(t("audioByDay"), points((day) => day.audioSeconds / 60), (value) => t("minutes", { value })),
    chart(t("operationsByDay"), points((day) => day.operations), formatNumber),
  ];
}

function table(days) {
  const head = ["day", "operations", "minutesOfAudio", "failures"].map((name) => h("th", { scope: "col" }, t(name)));
  const rows = days.filter((day) => day.operations).reverse().map((day) => h("tr", {}, h("th", { scope: "row" }, formatDay(day.date)),
    [day.operations, day.audioSeconds / 60, day.failures].map((value) => h("td", {}, formatNumber(value)))));
  return h("details", { class: "card" }, h("summary", {}, t("asTable")), h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows)));
}
