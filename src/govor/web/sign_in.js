/** Sign in with an API key. */

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { signIn, signOut } from "./session.js";
import { thrownText } from "./state.js";

/** `enter()` tells whether the key lets in; then `entered()` shows another view. */
export function signInView(root, { enter, entered }) {
  const problem = h("p", { class: "error", role: "alert", id: "key-problem" });
  const field = h("input", { type: "password", id: "key", name: "key", autocomplete: "off", spellcheck: "false",
    required: true, "aria-describedby": "key-help key-problem" });
  const button = h("button", { type: "submit", class: "main" }, t("signIn"));
  const form = h("form", { class: "card narrow", onsubmit: (event) => { event.preventDefault(); attempt(); } },
    h("h1", {}, t("signInTitle")),
    h("label", { for: "key" }, t("apiKey")), field,
    h("p", { class: "hint", id: "key-help" }, t("keyHelp"), " ", h("code", {}, "govor keys create --name web")),
    problem, button);
  root.append(form);
  field.focus();

  async function attempt() {
    button.disabled = true;
    problem.textContent = "";
    signIn(field.value);
    const known = await enter().catch((error) => {
      problem.textContent = thrownText(error);
      return null;
    });
    if (known) return entered();
    if (known === false) problem.textContent = t("wrongKey");
    signOut();
    button.disabled = false;
    field.select();
    field.focus();
  }
}
