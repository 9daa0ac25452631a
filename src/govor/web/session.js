/** The API key: in this tab's session storage and nowhere else; it is gone when the tab is closed. */

const NAME = "govor.key";
let key = sessionStorage.getItem(NAME) ?? "";

/** The Authorization header's value; "" without a key. */
export function authorization() {
  return key ? `Api-Key ${key}` : "";
}

export function signIn(secret) {
  key = secret.trim();
  sessionStorage.setItem(NAME, key);
}

export function signOut() {
  key = "";
  sessionStorage.removeItem(NAME);
}
