/** Bringing recordings: dropped or chosen files and folders, pasted links; each becomes an operation. */

import { call } from "./api.js";
import { announce, h, icon, ICONS } from "./dom.js";
import { chosenFiles, droppedFiles } from "./dropped.js";
import { formatBytes, t } from "./i18n.js";
import { bar, stateMark, thrownText } from "./state.js";
import { taskOptions } from "./task_options.js";
import { forget, upload } from "./uploading.js";

const UPLOADS_MAX = 2; // at once; more would only share the same line, and connections are few

// What is on its way outlives this view: who looks at a transcript meanwhile finds it here again.
const jobs = new Set();
let accepted = () => {};
let shown = null;

/** The card; `accepted(operation)` is told what became an operation. */
export function intake(told) {
  accepted = told.accepted;
  const options = taskOptions();
  const files = h("input", { type: "file", id: "files", multiple: true, class: "unseen", onchange: () => take(chosenFiles(files)) });
  const folder = h("input", { type: "file", id: "folder", webkitdirectory: true, class: "unseen", onchange: () => take(chosenFiles(folder)) });
  const links = h("textarea", { id: "links", rows: "2", spellcheck: "false", placeholder: "https://storage.yandexcloud.net/…" });
  const sending = h("ul", { class: "sending", "aria-label": t("onTheirWay") });
  const zone = h("div", { class: "zone" }, icon(ICONS.drop), h("p", {}, t("dropHere")),
    h("div", { class: "actions" }, h("label", { class: "button", for: "files" }, t("chooseFiles")), files,
      h("label", { class: "button", for: "folder" }, t("chooseFolder")), folder));
  const form = h("form", { class: "links", onsubmit: submitLinks },
    h("label", { for: "links" }, t("links")), links, h("button", { type: "submit" }, t("transcribeLinks")));
  listenForDrops(zone, (found) => take(found));
  shown = sending;
  for (const job of jobs) sending.append(job.element);

  function take({ files: found, skipped }) {
    const task = options.task();
    for (const each of found) start(new FileJob(each, task));
    const words = t("filesTaken", { count: found.length });
    announce(skipped ? `${words} ${t("filesSkipped", { count: skipped })}` : words);
    files.value = folder.value = "";
  }

  function submitLinks(event) {
    event.preventDefault();
    const task = options.task();
    for (const uri of links.value.split(/\s+/).filter(Boolean)) start(new LinkJob(uri, task));
    links.value = "";
  }

  return {
    element: h("section", { class: "card intake", "aria-label": t("newRecordings") }, zone, form, options.element, sending),
    stop: () => { shown = null; accepted = () => {}; },
  };
}

function start(job) {
  jobs.add(job);
  shown?.append(job.element);
  next();
}

function next() {
  const running = [...jobs].filter((job) => job.state === "sending").length;
  [...jobs].filter((job) => job.state === "waiting").slice(0, UPLOADS_MAX - running).forEach((job) => job.run().finally(next));
}

/** Give up everything that is on its way: who signs in next is somebody else. */
export function stopAll() {
  for (const job of [...jobs]) job.stop();
}

function drop(job) {
  jobs.delete(job);
  job.element.remove();
}

/** A row for something on its way to being an operation. */
class Job {
  constructor(name, size, task) {
    Object.assign(this, { name, task, state: "waiting", ending: new AbortController() });
    this.mark = h("span");
    this.words = h("span", { class: "hint" }, size === null ? "" : formatBytes(size));
    this.problem = h("p", { class: "error", role: "alert" });
    this.bar = bar(name);
    this.button = h("button", { type: "button", class: "quiet", "aria-label": t("stopName", { name }), onclick: () => this.stop() }, icon(ICONS.stop));
    this.element = h("li", {}, this.mark, h("span", { class: "name" }, name), this.words, this.button, this.bar.element, this.problem);
    this.show("waiting");
  }

  show(state) {
    this.state = state;
    this.mark.replaceChildren(stateMark(state));
    this.bar.element.hidden = state === "failed";
  }

  async run() {
    this.show("sending");
    try {
      const operation = await this.submit();
      drop(this);
      accepted(operation);
    } catch (error) {
      if (this.ending.signal.aborted) return;
      this.show("failed");
      this.problem.textContent = thrownText(error);
    }
  }

  stop() {
    this.ending.abort();
    drop(this);
    next();
  }
}

class FileJob extends Job {
  constructor({ file, name }, task) {
    super(name, file.size, task);
    this.file = file;
  }

  async submit() {
    const signal = this.ending.signal;
    const progress = (bytes) => {
      this.bar.set(this.file.size ? bytes / this.file.size : 1);
      this.words.textContent = `${formatBytes(bytes)} / ${formatBytes(this.file.size)}`;
    };
    const uploadId = await upload(this.file, this.name, progress, signal);
    try {
      return await call("POST", "/transcriptions", { body: { uploadId, name: this.name.slice(-200), ...this.task }, signal });
    } catch (error) {
      await forget(uploadId).catch(() => {}); // the service drops what nobody uses; this only makes it sooner
      throw error;
    }
  }
}

class LinkJob extends Job {
  constructor(uri, task) {
    super(uri, null, task);
    this.uri = uri;
  }

  submit() {
    this.bar.element.removeAttribute("value");
    return call("POST", "/transcriptions", { body: { uri: this.uri, ...this.task }, signal: this.ending.signal });
  }
}

function listenForDrops(zone, take) {
  const over = (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.add("over");
  };
  zone.addEventListener("dragenter", over);
  zone.addEventListener("dragover", over);
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take(await droppedFiles(event.dataTransfer));
  });
}
