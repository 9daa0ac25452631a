/** A question before what cannot be undone. */

import { h } from "./dom.js";
import { t } from "./i18n.js";

/** Ask; true if the answer was `action`. Escape means no. The focus goes back to where it was. */
export function confirmed(question, action) {
  const no = h("button", { type: "button", onclick: () => dialog.close("no") }, t("keep"));
  const yes = h("button", { type: "button", class: "danger", onclick: () => dialog.close("yes") }, action);
  const words = h("p", { id: "question" }, question);
  const dialog = h("dialog", { "aria-labelledby": "question" }, words, h("div", { class: "actions" }, no, yes));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "yes");
    });
  });
}
