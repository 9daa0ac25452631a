/** Webhooks of this key: addresses that are told when recordings are done, and what became of telling them. */

import { call, path } from "./api.js";
import { confirmed } from "./confirm.js";
import { copyButton } from "./copying.js";
import { deliveries } from "./deliveries.js";
import { announce, h, icon, ICONS } from "./dom.js";
import { formatMoment, t } from "./i18n.js";
import { thrownText } from "./state.js";

export function webhooksView(root) {
  const list = h("ul", { class: "plain" });
  const empty = h("p", { class: "hint", hidden: true }, t("noWebhooks"));
  const problem = h("p", { class: "error", role: "alert" });
  const fail = (error) => { problem.textContent = thrownText(error); };
  const form = newWebhook((webhook) => { list.append(row(webhook)); empty.hidden = true; });
  root.append(h("h1", {}, t("webhooks")), h("p", { class: "hint" }, t("webhooksHelp")),
    h("section", { class: "card", "aria-labelledby": "hooks" }, h("h2", { id: "hooks" }, t("addresses")), problem, list, empty),
    form);
  load();

  async function load() {
    try {
      const { webhooks } = await call("GET", "/webhooks");
      list.replaceChildren(...webhooks.map(row));
      empty.hidden = webhooks.length > 0;
    } catch (error) {
      fail(error);
    }
  }

  function row({ id, url, createdAt }) {
    const name = t("deleteName", { name: url });
    const remover = h("button", { type: "button", class: "quiet", "aria-label": name, title: t("delete"), onclick: () => remove() }, icon(ICONS.remove));
    const element = h("li", { class: "webhook" }, h("code", {}, url), h("time", { datetime: createdAt, class: "hint" }, formatMoment(createdAt)), remover, deliveries(id));
    return element;

    async function remove() {
      if (!(await confirmed(t("deleteWebhookQuestion", { name: url }), t("delete")))) return;
      try {
        await call("DELETE", path`/webhooks/${id}`);
      } catch (error) {
        return fail(error);
      }
      problem.textContent = "";
      element.remove();
      empty.hidden = list.childElementCount > 0;
      form.querySelector("input").focus();
      announce(t("deleted", { name: url }));
    }
  }
}

/** A form; `made(webhook)` gets what it has made. The secret is shown here, once. */
function newWebhook(made) {
  const problem = h("p", { class: "error", role: "alert", id: "hook-problem" });
  const url = h("input", { type: "url", id: "hook-url", required: true, autocomplete: "off", spellcheck: "false", "aria-describedby": "hook-problem" });
  const secret = h("input", { type: "password", id: "hook-secret", autocomplete: "off", spellcheck: "false", "aria-describedby": "hook-help hook-problem" });
  const button = h("button", { type: "submit", class: "main" }, t("add"));
  const told = h("div", { role: "status" });
  return h("form", { class: "card webhook-form", onsubmit: (event) => { event.preventDefault(); add(); } },
    h("h2", {}, t("newWebhook")),
    h("div", { class: "field" }, h("label", { for: "hook-url" }, t("address")), url),
    h("div", { class: "field" }, h("label", { for: "hook-secret" }, t("secretIfAny")), secret, h("p", { class: "hint", id: "hook-help" }, t("secretHelp"))),
    problem, h("div", { class: "actions" }, button), told);

  async function add() {
    button.disabled = true;
    problem.textContent = "";
    told.replaceChildren();
    try {
      const body = secret.value ? { url: url.value.trim(), secret: secret.value.trim() } : { url: url.value.trim() };
      const webhook = await call("POST", "/webhooks", { body });
      made(webhook);
      told.append(h("p", {}, t("secretOnce")), h("div", { class: "command" }, h("code", {}, webhook.secret), copyButton(webhook.secret, t("secret"))));
      url.value = secret.value = "";
    } catch (error) {
      problem.textContent = thrownText(error);
    } finally {
      button.disabled = false;
      url.focus();
    }
  }
}
