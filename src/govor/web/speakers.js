/** Names for the speakers. */

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { thrownText } from "./state.js";

const NAME_CHARACTERS_MAX = 100;

/** A small form that opens; `save(names)` keeps what was written. */
export function speakerNames(voices, names, save) {
  const problem = h("p", { class: "error", role: "alert" });
  const fields = voices.map((voice) => {
    const id = `speaker-${voice}`;
    const field = h("input", { id, type: "text", maxlength: String(NAME_CHARACTERS_MAX), value: names[voice] ?? "", autocomplete: "off" });
    return { voice, field, element: h("div", { class: "field" }, h("label", { for: id }, t("speaker", { number: voice })), field) };
  });
  const form = h("form", { onsubmit: submit }, fields.map((each) => each.element), problem, h("button", { type: "submit", class: "main" }, t("save")));
  const menu = h("details", { class: "menu names" }, h("summary", { class: "button quiet" }, t("speakers")), form);
  menu.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });

  async function submit(event) {
    event.preventDefault();
    const changed = fields.map(({ voice, field }) => [voice, field.value.trim()]).filter(([, name]) => name);
    try {
      await save(Object.fromEntries(changed));
    } catch (error) {
      problem.textContent = thrownText(error);
      return;
    }
    problem.textContent = "";
    close();
  }

  function close() {
    if (!menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  }

  return voices.length ? menu : null;
}
