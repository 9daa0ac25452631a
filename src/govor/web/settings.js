/** Who is signed in, and which models are here: what serves each language and how to get a better one. */

import { call } from "./api.js";
import { copyButton } from "./copying.js";
import { h } from "./dom.js";
import { currentLanguage, t } from "./i18n.js";
import { thrownText } from "./state.js";

export function settingsView(root, { me }) {
  const models = h("div", {}, h("p", { class: "hint" }, "…"));
  root.append(h("h1", {}, t("settings")),
    h("section", { class: "card", "aria-labelledby": "who" }, h("h2", { id: "who" }, t("account")), account(me)),
    h("section", { class: "card", "aria-labelledby": "which" }, h("h2", { id: "which" }, t("models")), h("p", { class: "hint" }, t("modelsHelp")), models),
    h("section", { class: "card", "aria-labelledby": "more" }, h("h2", { id: "more" }, t("forPrograms")), h("p", {}, t("forProgramsHelp"), " ", h("a", { href: "/docs" }, t("apiReference")))));
  load();

  async function load() {
    try {
      models.replaceChildren(table((await call("GET", "/models")).models));
    } catch (error) {
      models.replaceChildren(h("p", { class: "error", role: "alert" }, thrownText(error)));
    }
  }
}

function account(me) {
  const row = (name, value) => [h("dt", {}, t(name)), h("dd", {}, h("code", {}, value))];
  return h("dl", { class: "pairs" }, row("subject", me.subject), row("folder", me.folder), row("roles", me.roles.join(", ")),
    me.auth === "none" ? [h("dt", {}, t("access")), h("dd", {}, t("noKeys"))] : null);
}

/** Languages that are served first, then those that could be. */
function table(models) {
  const order = ["production", "embedded", "basic", "missing"];
  const sorted = [...models].sort((a, b) => order.indexOf(a.quality) - order.indexOf(b.quality) || a.language.localeCompare(b.language));
  const head = ["taskLanguage", "model", "quality", "better"].map((name) => h("th", { scope: "col" }, t(name)));
  return h("div", { class: "wide", tabindex: "0", role: "group", "aria-label": t("models") },
    h("table", { class: "models" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, sorted.map(row))));
}

function row(model) {
  return h("tr", {},
    h("th", { scope: "row" }, languageName(model.language), " ", h("span", { class: "hint" }, model.language)),
    h("td", {}, model.model ? h("code", {}, model.model) : "–"),
    h("td", {}, h("span", { class: `quality ${model.quality}` }, t(`quality.${model.quality}`)), model.problem && model.quality !== "missing" ? h("p", { class: "error" }, model.problem) : null),
    h("td", {}, better(model)));
}

function better({ recommended, command, wordErrorRate }) {
  if (!command) return "–";
  const told = wordErrorRate ? t("published", { percent: wordErrorRate }) : "";
  return [h("div", { class: "command" }, h("code", {}, command), copyButton(command, command)), h("p", { class: "hint" }, [recommended, told].filter(Boolean).join(" · "))];
}

function languageName(code) {
  try {
    return new Intl.DisplayNames(currentLanguage(), { type: "language" }).of(code.split("-")[0]);
  } catch {
    return code; // not one that this browser knows
  }
}
