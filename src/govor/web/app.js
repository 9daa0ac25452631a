/** The page: who is signed in, which view is shown, and the bar above it. */

import { ApiError, call, whenRefused } from "./api.js";
import { announce, h } from "./dom.js";
import { chooseLanguage, currentLanguage, languageNames, switchLanguage, t } from "./i18n.js";
import { stopAll } from "./intake.js";
import { operationView } from "./operation.js";
import { applyTheme, preference, remember } from "./preferences.js";
import { recordingsView } from "./recordings.js";
import { authorization, signOut } from "./session.js";
import { settingsView } from "./settings.js";
import { signInView } from "./sign_in.js";
import { thrownText } from "./state.js";
import { usageView } from "./usage.js";
import { webhooksView } from "./webhooks.js";

const PAGES = [["", "recordings", recordingsView], ["usage", "usage", usageView],
  ["webhooks", "webhooks", webhooksView], ["settings", "settings", settingsView]];
const THEMES = ["", "light", "dark"];
const main = document.getElementById("main");
let me = null;
let leave = () => {};

/** Which view an address means, with its argument; unknown addresses are the list of recordings. */
function wanted() {
  const [name, argument] = location.hash.replace(/^#\/?/, "").split("/");
  if (name === "operations" && argument) return ["", (root) => operationView(root, argument)];
  const page = PAGES.find(([path]) => path === name) ?? PAGES[0];
  return [page[0], page[2]];
}

/** Show the view of the address; `focus` for who navigates without eyes. */
function show(focus = true) {
  leave();
  main.replaceChildren();
  const [current, view] = me ? wanted() : ["", (root) => signInView(root, { enter, entered: show })];
  drawTop(current);
  leave = view(main, { me }) ?? (() => {});
  const heading = main.querySelector("h1");
  document.title = heading ? `${heading.textContent} · Govor` : "Govor";
  if (focus && heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
}

function drawTop(current) {
  const pages = PAGES.map(([path, name]) =>
    h("a", { href: `#/${path}`, "aria-current": path === current ? "page" : null }, t(name)));
  const languages = select("languageChoice", languageNames(), currentLanguage(), (value) => {
    switchLanguage(value);
    show(false);
  });
  const themes = select("themeChoice", THEMES.map((each) => [each, t(`theme.${each || "system"}`)]), preference("theme", ""), (value) => {
    remember("theme", value);
    applyTheme(value);
  });
  const out = h("button", { type: "button", class: "quiet", onclick: leaveService }, t("signOut"));
  document.getElementById("skip").textContent = t("skip");
  document.getElementById("top").replaceChildren(
    h("span", { class: "brand" }, "Govor"),
    me ? h("nav", { "aria-label": t("pages") }, pages) : h("span", { class: "gap" }),
    h("div", { class: "choices" }, languages, themes, authorization() && me ? out : null),
  );
}

function leaveService() {
  stopAll();
  signOut();
  me = null;
  show();
}

function select(name, options, chosen, take) {
  const items = options.map(([value, words]) => h("option", { value, selected: value === chosen }, words));
  const id = `top-${name}`;
  return h("select", { id, "aria-label": t(name), onchange: (event) => { take(event.target.value); document.getElementById(id)?.focus(); } }, items);
}

/** Find out who we are; without a valid key, ask for one. True if the caller was let in. */
async function enter() {
  try {
    me = await call("GET", "/me");
  } catch (error) {
    me = null;
    if (!(error instanceof ApiError && error.status === 401)) throw error;
    return false;
  }
  return true;
}

whenRefused(() => {
  if (!me) return;
  leaveService();
  announce(t("signedOut"));
});
window.addEventListener("hashchange", () => show());
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address says which view is shown
  main.focus();
});
applyTheme();
chooseLanguage();
enter().catch((error) => {
  main.replaceChildren(h("p", { class: "error", role: "alert" }, thrownText(error)));
  return null;
}).then((known) => (known === null ? drawTop("") : show(known)));
