/** The transcript as files. They are fetched with the key and handed to the browser as they are. */

import { path, request } from "./api.js";
import { announce, h, icon, ICONS } from "./dom.js";
import { t } from "./i18n.js";

const FORMATS = ["txt", "docx", "srt", "vtt", "json", "v3"];

/** A menu with a button for each format. */
export function downloads(id, fail) {
  const buttons = FORMATS.map((format) =>
    h("li", {}, h("button", { type: "button", class: "quiet", "data-format": format, onclick: () => fetchFile(format) }, t(`format.${format}`))));
  const menu = h("details", { class: "menu", onkeydown: close, onfocusout: leave },
    h("summary", { class: "button" }, icon(ICONS.down), t("download")), h("ul", {}, buttons));

  function close(event) {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  }

  function leave(event) {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  }

  async function fetchFile(format) {
    try {
      const answer = await request("GET", path`/operations/${id}/export`, { query: { format } });
      save(await answer.blob(), fileName(answer.headers.get("Content-Disposition")) ?? `${id}.${format}`);
      announce(t("downloaded"));
      menu.open = false;
      menu.querySelector("summary").focus();
    } catch (error) {
      fail(error);
    }
  }

  return menu;
}

/** The name in a Content-Disposition header (RFC 6266): the one with a character set if there is one. */
export function fileName(header) {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(header ?? "");
  if (extended) return decodeURIComponent(extended[1]);
  return /filename="([^"]*)"/i.exec(header ?? "")?.[1];
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = h("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser has begun to write by then
}
