// Forms: filters apply as they change, a dangerous button waits for the typed name, a sent form is not sent twice.
function watchConfirmation(input) {
  const button = input.form?.querySelector("[data-confirmed]");
  const compare = () => {
    if (button) button.disabled = input.value.trim() !== input.dataset.confirmName;
  };
  input.addEventListener("input", compare);
  compare();
}

function onSubmit(event) {
  const form = event.target;
  if (form.method === "get" || form.dataset.again !== undefined) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 5000);
}

function onChange(event) {
  const form = event.target.closest("form[data-auto]");
  if (form && event.target.matches("select, input[type=checkbox], input[type=date]")) form.requestSubmit();
}

// Empty filters stay out of the address.
function onFormData(event) {
  if (event.target.method !== "get") return;
  for (const [name, value] of [...event.formData]) {
    if (value === "") event.formData.delete(name);
  }
}

// On a narrow screen many filters would fill it: all but the search fold away until one is asked for or set.
const FEWEST_FOLDED = 2;

function foldFilters(form) {
  const search = form.querySelector(":scope > .grow");
  const fields = [...form.querySelectorAll(":scope > div:not(.grow)")];
  if (!search || fields.length < FEWEST_FOLDED) return;
  const asked = new URLSearchParams(location.search);
  const isSet = fields.some((div) => [...div.querySelectorAll("input, select")].some((field) => asked.get(field.name)));
  const more = document.createElement("button");
  more.type = "button";
  more.className = "btn btn-plain filters-more";
  const show = (open) => {
    form.classList.toggle("is-folded", !open);
    more.setAttribute("aria-expanded", String(open));
    more.textContent = open ? "Fewer filters" : "More filters";
  };
  more.addEventListener("click", () => show(form.classList.contains("is-folded")));
  search.after(more);
  show(isSet);
}

function prepare() {
  for (const form of document.querySelectorAll(".filters")) {
    if (form.dataset.folds) continue;
    form.dataset.folds = "1";
    foldFilters(form);
  }
  for (const input of document.querySelectorAll("[data-confirm-name]")) {
    if (input.dataset.watched) continue;
    input.dataset.watched = "1";
    watchConfirmation(input);
  }
}

export function startForms() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("change", onChange);
  document.addEventListener("formdata", onFormData);
  document.addEventListener("htmx:afterSettle", prepare);
  prepare();
}
