/** What this browser remembers of its user's taste. No secrets: those are in session.js. */

const PREFIX = "govor.";

/** A remembered choice, or `otherwise`; browsers that keep nothing for us give that too. */
export function preference(name, otherwise) {
  try {
    return localStorage.getItem(PREFIX + name) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Remember a choice. False where the browser keeps nothing: it then holds until the page is left. */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
    return true;
  } catch {
    return false;
  }
}

/** "light", "dark", or "" for what the system says. */
export function applyTheme(theme = preference("theme", "")) {
  document.documentElement.style.colorScheme = theme || "light dark";
  document.documentElement.dataset.theme = theme || "system";
}
