// The form to take along, opened from a file: what is typed becomes the sheet that the desk takes, saved as a file. Nothing
// goes anywhere else, and nothing is kept in the browser. A sheet that was saved can be gone on with.
(() => {
  const sheet = JSON.parse(document.getElementById("sheet").textContent);
  const fields = [...document.querySelectorAll("[data-piece]")];
  const says = document.getElementById("says");
  let typed = false;

  const piece = (from, number) => from.pieces.find((one) => one.number === Number(number));

  function show(from) {
    for (const field of fields) {
      const one = piece(from, field.dataset.piece);
      if (!one) continue;
      const value = field.dataset.code ? (one.scores ?? {})[field.dataset.code] : one[field.dataset.text];
      field.value = value === null || value === undefined ? "" : String(value);
    }
  }

  function filled() {
    for (const field of fields) {
      const one = piece(sheet, field.dataset.piece);
      if (field.dataset.code) one.scores[field.dataset.code] = field.value === "" ? null : Number(field.value);
      else one[field.dataset.text] = field.value;
    }
    return JSON.stringify(sheet, null, 1);
  }

  function save() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([filled()], { type: "application/json" }));
    link.download = `reviews-${sheet.panel}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    typed = false;
    says.textContent = `Saved as ${link.download}. Send it on your desk once you have a line.`;
  }

  async function goOn(file) {
    try {
      const saved = JSON.parse(await file.text());
      if (saved.format !== sheet.format || saved.panel !== sheet.panel) throw new Error();
      show(saved);
      for (const one of sheet.pieces) one.version = piece(saved, one.number)?.version ?? one.version;
      typed = true;
      says.textContent = "What you had saved is filled in.";
    } catch {
      says.textContent = "This is no file that was saved from this form. Choose another.";
    }
  }

  show(sheet);
  document.getElementById("fill").addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "saved") return;
    typed = true;
    says.textContent = "Not saved yet.";
  });
  document.getElementById("saved").addEventListener("change", (event) => goOn(event.target.files[0]));
  addEventListener("beforeunload", (event) => {
    if (typed) event.preventDefault();
  });
})();
