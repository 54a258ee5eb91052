// A file chosen within [data-upload] is sent at once, in pieces; a broken line is waited for, and sending goes on where it broke, also
// after the page was loaded anew and the same file chosen again. The form then takes the file's id along. Without this script the form
// brings the file itself.
const FILES = "/api/v1/me/files";
const PIECE = 1 << 20;
const LONGEST_WAIT = 30_000;
const sizeOf = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

class Refused extends Error {}

// Resolves when the line is said to be back, or after a while.
const pause = (milliseconds) => new Promise((resolve) => {
  setTimeout(resolve, milliseconds);
  addEventListener("online", resolve, { once: true });
});

async function ask(form, address, how) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(address, { ...how, headers: { "X-CSRFToken": token, ...how.headers } });
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  if (answer.status >= 500 || answer.status === 409) throw new Error(told.message);
  throw new Refused(`${told.message ?? "The file was not taken."} ${told.remedy ?? ""}`.trim());
}

const begin = (form, file, sort) =>
  ask(form, FILES, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: file.name, bytes: file.size, sort }) });

const piece = (form, one, file) => ask(form, `${FILES}/${one.id}?at=${one.received}`, {
  method: "PATCH", headers: { "Content-Type": "application/octet-stream" }, body: file.slice(one.received, one.received + PIECE),
});

// A file of this name, size and age that was being sent before, or a new one.
async function found(form, file, sort, place) {
  const before = localStorage.getItem(place);
  if (before) {
    const one = await ask(form, `${FILES}/${before}`, {}).catch((fault) => { if (!(fault instanceof Refused)) throw fault; });
    if (one?.bytes === file.size) return one;
  }
  const one = await begin(form, file, sort);
  localStorage.setItem(place, one.id);
  return one;
}

async function send(form, file, sort, tell, wanted) {
  const place = `upload ${sort} ${file.name} ${file.size} ${file.lastModified}`;
  let wait = 1_000;
  for (let one; wanted();) {
    try {
      one ??= await found(form, file, sort, place);
      tell(one.received / file.size, `Sending ${file.name} …`);
      if (one.finished) return one;
      one = await piece(form, one, file);
      wait = 1_000;
    } catch (fault) {
      if (fault instanceof Refused) {
        localStorage.removeItem(place);
        throw fault;
      }
      tell(null, "The line is down. Sending goes on by itself; what was sent is kept.");
      await pause(wait);
      wait = Math.min(2 * wait, LONGEST_WAIT);
      one = undefined;
    }
  }
  return null;
}

function tend(box) {
  const [sent, input, out] = box.querySelectorAll("input");
  const [bar, says] = [box.querySelector("progress"), box.querySelector("[data-says]")];
  const form = input.form;
  let turn = 0;
  input.removeAttribute("name"); // the form takes the id, not the file
  input.addEventListener("change", async () => {
    const [file, mine] = [input.files[0], ++turn];
    if (!file) return;
    const tell = (share, text) => {
      bar.hidden = share === null;
      bar.value = share ?? 0;
      says.textContent = text;
    };
    if (file.size > Number(box.dataset.most)) {
      tell(null, `${file.name} has ${sizeOf(file.size)}; ${sizeOf(Number(box.dataset.most))} are the most. Choose a smaller one.`);
      input.value = "";
      return;
    }
    input.setCustomValidity("The file is still being sent. Wait a moment.");
    try {
      const one = await send(form, file, box.dataset.sort ?? "", tell, () => mine === turn);
      if (!one) return;
      sent.value = one.id;
      if (out) out.checked = false;
      tell(null, `${one.name}, ${sizeOf(one.bytes)}, was sent.`);
      sent.dispatchEvent(new Event("input", { bubbles: true }));
    } catch (fault) {
      tell(null, fault.message);
      input.value = "";
    }
    input.setCustomValidity("");
  });
}

const tendAll = (root) => root.querySelectorAll("[data-upload]:not([data-tended])").forEach((box) => { box.dataset.tended = ""; tend(box); });
tendAll(document);
document.addEventListener("htmx:load", (event) => tendAll(event.target));
