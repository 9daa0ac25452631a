/** The first view: bring recordings, and the list of what became of them. */

import { h } from "./dom.js";
import { intake } from "./intake.js";
import { t } from "./i18n.js";
import { operationList } from "./operation_list.js";

export function recordingsView(root) {
  const list = operationList();
  const taking = intake({ accepted: (operation) => list.add(operation) });
  root.append(
    h("h1", { class: "unseen" }, t("recordings")),
    h("div", { class: "recordings" }, taking.element, list.element),
  );
  return () => {
    taking.stop();
    list.stop();
  };
}
