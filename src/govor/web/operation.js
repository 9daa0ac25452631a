/** One operation: its progress while it runs, then its transcript with the recording. */

import { call, path } from "./api.js";
import { confirmed } from "./confirm.js";
import { announce, h, icon, ICONS } from "./dom.js";
import { downloads } from "./downloads.js";
import { finished, Following } from "./following.js";
import { formatClock, formatMoment, t } from "./i18n.js";
import { bar, errorText, stateMark, stateText, thrownText } from "./state.js";
import { transcriptView } from "./transcript.js";

export function operationView(root, id) {
  const heading = h("h1", {}, "…");
  const facts = h("p", { class: "facts hint" });
  const tools = h("div", { class: "tools" });
  const body = h("div", { class: "body" });
  const problem = h("p", { class: "error", role: "alert" });
  const back = h("a", { href: "#/", class: "back" }, icon(ICONS.back), t("recordings"));
  let operation = null, following = null, view = null, progress = null, gone = false;
  root.append(h("article", { class: "operation" }, h("header", {}, back, h("div", { class: "title" }, heading, tools), facts), problem, body));
  const fail = (error) => { problem.textContent = thrownText(error); };
  begin().catch(fail);

  async function begin() {
    operation = await call("GET", path`/operations/${id}`);
    if (gone) return;
    heading.textContent = operation.name || operation.id;
    document.title = `${heading.textContent} · Govor`;
    const remover = h("button", { type: "button", class: "quiet", onclick: remove }, icon(ICONS.remove), t("delete"));
    tools.append(remover);
    await show(operation);
    if (finished(operation)) return;
    following = new Following((now) => show(now).catch(fail), fail);
    following.add(operation);
  }

  async function show(now) {
    const ended = !finished(operation) && finished(now);
    operation = now;
    const parts = [formatMoment(now.createdAt), now.audioSeconds === null ? "" : formatClock(now.audioSeconds), now.language,
      now.channels === null ? "" : t("channels", { count: now.channels })];
    facts.textContent = parts.filter(Boolean).join(" · ");
    if (ended) announce(stateText(now));
    if (!finished(now)) showProgress();
    else if (now.state === "done") await showTranscript();
    else body.replaceChildren(h("div", { class: "card notice" }, stateMark(now.state),
      h("p", {}, stateText(now)), now.error ? h("p", { class: "error" }, errorText(now.error)) : null));
  }

  function showProgress() {
    if (!progress) {
      const drawn = bar(t("progress")), words = h("p");
      const cancel = h("button", { type: "button", onclick: () => call("POST", `${path`/operations/${id}`}:cancel`).then(show).catch(fail) }, t("cancel"));
      progress = { drawn, words };
      body.replaceChildren(h("div", { class: "card notice" }, words, drawn.element, cancel));
    }
    progress.words.textContent = stateText(operation);
    progress.drawn.set(operation.progress);
  }

  async function showTranscript() {
    if (view) return;
    view = () => {};
    const transcript = await call("GET", path`/operations/${id}/transcript`);
    if (gone) return;
    tools.prepend(downloads(id, fail));
    body.replaceChildren();
    view = transcriptView(body, operation, transcript, fail);
  }

  async function remove() {
    if (!(await confirmed(t("deleteQuestion", { name: heading.textContent }), t("delete")))) return;
    try {
      await call("DELETE", path`/operations/${id}`, { query: { cancel: finished(operation) ? "" : "true" } });
    } catch (error) {
      return fail(error);
    }
    announce(t("deleted", { name: heading.textContent }));
    location.hash = "#/";
  }

  return () => {
    gone = true;
    following?.stop();
    view?.();
  };
}
