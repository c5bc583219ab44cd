/** What this browser remembers. Nothing here is needed: without storage the page forgets and goes on. */
export function read(key, otherwise = null) {
  try {
    return JSON.parse(localStorage.getItem(`operatord.${key}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** null forgets. */
export function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(`operatord.${key}`);
    else localStorage.setItem(`operatord.${key}`, JSON.stringify(value));
  } catch {
    // Full or forbidden.
  }
}

/** The page could be loaded: theme.js counts anew. */
export function loaded() {
  try {
    sessionStorage.removeItem('operatord.tries');
  } catch {
    // Forbidden: nothing was counted.
  }
}

/** Forgets what belongs to a person: drafts and what was read. */
export function forgetPerson() {
  try {
    for (const key of Object.keys(localStorage)) if (/^operatord\.(draft|seen)\b/.test(key)) localStorage.removeItem(key);
  } catch {
    // Forbidden: then there is nothing.
  }
}
