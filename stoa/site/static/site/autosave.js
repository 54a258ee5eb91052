// A form with data-autosave="/address" saves itself there as it changes, and says so in its [data-saved] element.
// The address takes the same fields as the form by POST and answers 2xx when they are kept. It may answer JSON: `fields` to
// put into the form, such as the version that was kept, or the `message` why it was not. The form hears `saving` when what
// stands in it is sent, and `saved` once that is kept. A button used while a save is under
// way waits for it: else the form would arrive with the version before its own save, and be refused for it.
const WAIT = 800;
const clock = () => new Date().toLocaleTimeString(document.documentElement.lang || undefined, { hour: "2-digit", minute: "2-digit" });

function tend(form) {
  const says = form.querySelector("[data-saved]");
  let timer = 0;
  let unsaved = false;
  let saving = null;
  let waiting = false;
  const say = (text) => { if (says) says.textContent = text; };

  async function save() {
    say("Saving…");
    unsaved = false;
    const body = new FormData(form);
    form.dispatchEvent(new Event("saving"));
    body.delete("once"); // the key under which the button acts once: a form saves itself as often as it changes
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body, headers: { "X-Autosave": "1" }, redirect: "error" });
      const told = answer.headers.get("content-type")?.startsWith("application/json") ? await answer.json() : {};
      for (const [name, value] of Object.entries(told.fields ?? {})) form.elements[name].value = value;
      if (!answer.ok) throw new Error(told.message ?? "Use the button, or check your connection.");
      form.dispatchEvent(new Event("saved"));
      say(`Saved at ${clock()}.`);
    } catch (fault) {
      unsaved = true;
      say(`Not saved. ${fault instanceof TypeError ? "Use the button, or check your connection." : fault.message}`);
    }
  }

  const later = () => { unsaved = true; clearTimeout(timer); timer = setTimeout(() => { saving = save().finally(() => { saving = null; }); }, WAIT); };
  form.addEventListener("input", later);
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!saving) { unsaved = false; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (waiting) return;
    waiting = true;
    say("Saving; then it goes on…");
    saving.then(() => { waiting = false; form.requestSubmit(event.submitter); });
  }, { capture: true });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
}

const tendAll = (root) => root.querySelectorAll("form[data-autosave]:not([data-tended])").forEach((form) => { form.dataset.tended = ""; tend(form); });
tendAll(document);
document.addEventListener("htmx:load", (event) => tendAll(event.target));
