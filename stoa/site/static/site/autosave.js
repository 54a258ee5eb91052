// A form with data-autosave="/address" saves itself there as it changes, and says so in its [data-saved] element.
// The address takes the same fields as the form by POST and answers 2xx when they are kept.
const WAIT = 800;
const clock = () => new Date().toLocaleTimeString(document.documentElement.lang || undefined, { hour: "2-digit", minute: "2-digit" });

function tend(form) {
  const says = form.querySelector("[data-saved]");
  let timer = 0;
  let unsaved = false;
  const say = (text) => { if (says) says.textContent = text; };

  async function save() {
    say("Saving…");
    unsaved = false;
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), headers: { "X-Autosave": "1" }, redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      say(`Saved at ${clock()}.`);
    } catch {
      unsaved = true;
      say("Not saved. Use the button, or check your connection.");
    }
  }

  const later = () => { unsaved = true; clearTimeout(timer); timer = setTimeout(save, WAIT); };
  form.addEventListener("input", later);
  form.addEventListener("submit", () => { clearTimeout(timer); unsaved = false; });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
}

const tendAll = (root) => root.querySelectorAll("form[data-autosave]:not([data-tended])").forEach((form) => { form.dataset.tended = ""; tend(form); });
tendAll(document);
document.addEventListener("htmx:load", (event) => tendAll(event.target));
