// A textarea with data-people="/address" offers names after an @: arrows choose, Enter or Tab takes, Escape closes.
const WAIT = 200;
const TYPED = /(^|[^\w@/.[])@([\p{L}\p{N}][\p{L}\p{N}.’'-]*(?: [\p{L}\p{N}.’'-]+)?)$/u;
let count = 0;

function tend(area) {
  const box = document.createElement("div");
  const list = document.createElement("ul");
  const says = document.createElement("p");
  box.className = "offered";
  Object.assign(list, { id: `people-${(count += 1)}`, hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "People");
  says.className = "unseen";
  says.setAttribute("role", "status");
  box.append(list, says);
  area.after(box);
  area.setAttribute("aria-controls", list.id);
  area.setAttribute("aria-autocomplete", "list");
  let timer = 0;
  let asked = 0;
  let chosen = -1;

  const close = () => { list.hidden = true; list.replaceChildren(); area.removeAttribute("aria-activedescendant"); chosen = -1; };
  const typed = () => (area.selectionStart === area.selectionEnd ? TYPED.exec(area.value.slice(0, area.selectionStart)) : null);

  function choose(index) {
    const options = [...list.children];
    chosen = (index + options.length) % options.length;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === chosen)));
    area.setAttribute("aria-activedescendant", options[chosen].id);
  }

  function take(option) {
    const found = typed();
    if (!found) return close();
    area.setRangeText(`@${option.dataset.typed} `, area.selectionStart - found[2].length - 1, area.selectionStart, "end");
    close();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function show(people) {
    close();
    says.textContent = people.length ? `${people.length} ${people.length === 1 ? "person" : "people"}. Choose with the arrow keys.` : "";
    people.forEach(({ name, typed: text }, index) => {
      const option = document.createElement("li");
      Object.assign(option, { id: `${list.id}-${index}`, textContent: name });
      option.setAttribute("role", "option");
      option.dataset.typed = text;
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(option); });
      list.append(option);
    });
    list.hidden = people.length === 0;
    if (people.length) choose(0);
  }

  async function ask() {
    const found = typed();
    const turn = (asked += 1);
    if (!found) return close();
    try {
      const answer = await fetch(`${area.dataset.people}?q=${encodeURIComponent(found[2])}`);
      if (!answer.ok || turn !== asked) return;
      const { people } = await answer.json();
      if (turn === asked && typed()) show(people);
    } catch { close(); }
  }

  area.addEventListener("input", () => { clearTimeout(timer); if (typed()) timer = setTimeout(ask, WAIT); else { asked += 1; close(); } });
  area.addEventListener("blur", () => { asked += 1; close(); });
  area.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter" || event.key === "Tab") take(list.children[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}

const tendAll = (root) => root.querySelectorAll("textarea[data-people]:not([data-offering])").forEach((area) => { area.dataset.offering = ""; tend(area); });
tendAll(document);
document.addEventListener("htmx:load", (event) => tendAll(event.target));
