// Says on the vote page what becomes of each change: being saved, saved, or not. The server's answer says the sum.
const form = document.querySelector("form.ballot");
const say = (text) => { const place = document.querySelector("[data-saving]"); if (place) place.textContent = text; };

form.addEventListener("htmx:beforeRequest", () => say("Saving…"));
for (const fault of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  form.addEventListener(fault, () => say("Not saved. Press “Save”, or check your connection."));
}
