/** A button that copies a text. */

import { announce, h } from "./dom.js";
import { t } from "./i18n.js";

/** `name` says what is copied, for who does not see it beside the button. */
export function copyButton(text, name) {
  return h("button", { type: "button", class: "quiet", "aria-label": t("copyName", { name }), onclick: () => copied(text) }, t("copy"));
}

/** The clipboard is there for pages of https and of this machine only. */
async function copied(text) {
  if (!navigator.clipboard) return announce(text);
  await navigator.clipboard.writeText(text);
  announce(t("copied"));
}
