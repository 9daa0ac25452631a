/** The list of operations: live progress, search, filter by state, cancel, delete, older ones on demand. */

import { call, path } from "./api.js";
import { confirmed } from "./confirm.js";
import { announce, h, icon, ICONS } from "./dom.js";
import { finished, Following } from "./following.js";
import { formatClock, formatMoment, t } from "./i18n.js";
import { bar, errorText, stateMark, stateText, thrownText } from "./state.js";

const STATES = ["", "queued,running", "done", "failed,cancelled"];
const PAUSE_MS = 250; // after the last key before a search is sent
const PAGE = 50;

export function operationList() {
  const rows = new Map();
  const list = h("ul", { class: "operations" });
  const empty = h("p", { class: "empty hint", hidden: true }, t("nothingYet"));
  const problem = h("p", { class: "error", role: "alert" });
  const search = h("input", { type: "search", id: "search", placeholder: t("searchRecordings"), "aria-label": t("searchRecordings"), oninput: () => soon() });
  const state = h("select", { "aria-label": t("showStates"), onchange: () => load() }, STATES.map((each) => h("option", { value: each }, t(`filter.${each || "all"}`))));
  const more = h("button", { type: "button", hidden: true, onclick: () => load(more.dataset.token) }, t("older"));
  const fail = (error) => { problem.textContent = thrownText(error); };
  const following = new Following(update, fail);
  let timer = 0, asking = new AbortController();

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(() => load(), PAUSE_MS);
  }

  async function load(pageToken = "") {
    asking.abort();
    asking = new AbortController();
    const query = { q: search.value.trim(), state: state.value, pageSize: PAGE, pageToken };
    try {
      const page = await call("GET", "/operations", { query, signal: asking.signal });
      if (!pageToken) clear();
      page.operations.forEach((operation) => add(operation, false));
      more.hidden = !page.nextPageToken;
      more.dataset.token = page.nextPageToken ?? "";
      problem.textContent = "";
      showEmpty(query.q || query.state);
    } catch (error) {
      if (error.name !== "AbortError") fail(error);
    }
  }

  function clear() {
    for (const id of rows.keys()) following.remove(id);
    rows.clear();
    list.replaceChildren();
  }

  function showEmpty(filtered) {
    empty.hidden = rows.size > 0;
    empty.textContent = t(filtered ? "nothingFound" : "nothingYet");
  }

  function add(operation, first = true) {
    if (rows.has(operation.id)) return update(operation);
    const row = new OperationRow(operation, { cancel, remove });
    rows.set(operation.id, row);
    list[first ? "prepend" : "append"](row.element);
    empty.hidden = true;
    following.add(operation);
  }

  function update(operation) {
    const row = rows.get(operation.id);
    if (!row) return;
    const ended = !finished(row.operation) && finished(operation);
    row.show(operation);
    if (ended) announce(`${operation.name || operation.id}: ${stateText(operation)}`);
  }

  async function cancel({ id }) {
    await call("POST", `${path`/operations/${id}`}:cancel`).then(update, fail);
  }

  async function remove(operation) {
    const name = operation.name || operation.id;
    if (!(await confirmed(t("deleteQuestion", { name }), t("delete")))) return;
    try {
      await call("DELETE", path`/operations/${operation.id}`, { query: { cancel: finished(operation) ? "" : "true" } });
    } catch (error) {
      return fail(error);
    }
    following.remove(operation.id);
    const row = rows.get(operation.id);
    const neighbour = row.element.nextElementSibling ?? row.element.previousElementSibling;
    row.element.remove();
    rows.delete(operation.id);
    (neighbour?.querySelector("a") ?? search).focus();
    announce(t("deleted", { name }));
    showEmpty(search.value || state.value);
  }

  load();
  return {
    add,
    stop: () => { following.stop(); asking.abort(); clearTimeout(timer); },
    element: h("section", { class: "card list", "aria-label": t("recordings") },
      h("div", { class: "filters" }, search, state), problem, list, empty, more),
  };
}

/** One operation of the list. */
class OperationRow {
  constructor(operation, { cancel, remove }) {
    const name = operation.name || operation.id;
    this.link = h("a", { class: "name", href: `#/operations/${operation.id}` }, name);
    this.mark = h("span");
    this.length = h("span", { class: "length" });
    this.state = h("span", { class: "state" });
    this.bar = bar(name);
    this.problem = h("p", { class: "error" });
    this.cancel = h("button", { type: "button", class: "quiet", "aria-label": t("cancelName", { name }), title: t("cancel"), onclick: () => cancel(this.operation) }, icon(ICONS.stop));
    const remover = h("button", { type: "button", class: "quiet", "aria-label": t("deleteName", { name }), title: t("delete"), onclick: () => remove(this.operation) }, icon(ICONS.remove));
    const when = h("time", { datetime: operation.createdAt, class: "when" }, formatMoment(operation.createdAt));
    this.element = h("li", {}, this.mark, this.link, this.length, when, this.state,
      h("span", { class: "buttons" }, this.cancel, remover), this.bar.element, this.problem);
    this.show(operation);
  }

  show(operation) {
    this.operation = operation;
    this.mark.replaceChildren(stateMark(operation.state));
    this.length.textContent = operation.audioSeconds === null ? "" : formatClock(operation.audioSeconds);
    this.state.textContent = stateText(operation);
    this.bar.set(operation.progress);
    this.bar.element.hidden = this.cancel.hidden = finished(operation);
    this.problem.textContent = operation.error && operation.state === "failed" ? errorText(operation.error) : "";
  }
}
