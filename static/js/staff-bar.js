/* Adds the bar for people who are logged in. Pages are the same for everyone, so it is fetched after
   the page, and only if the cookie of `accounts/login_marker.py` is there: readers ask for nothing. */

const address = document.querySelector("[data-staff-bar]").dataset.staffBar;

async function fetchBar() {
  const query = new URLSearchParams({ path: location.pathname });
  const response = await fetch(`${address}?${query}`).catch(() => null);
  if (response?.status === 200) show(await response.text());
}

function show(html) {
  const parts = new DOMParser().parseFromString(html, "text/html");
  const style = parts.querySelector("link");
  const bar = parts.querySelector(".staff-bar");
  style.addEventListener("load", () => document.body.append(bar)); // never seen without its style
  document.head.append(style);
  // The server ignores these fields: a team member's name is that of the account.
  const person = parts.querySelector(".commenting-as");
  if (person) document.querySelector("#comment-form .field-row")?.replaceWith(person);
}

if (/(^|; )logged_in=/.test(document.cookie)) fetchBar();
