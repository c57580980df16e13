// A short message in the corner, also read out by screen readers.
const STAYS_MS = 4000;

export function toast(text) {
  const region = document.getElementById("toasts");
  const note = document.createElement("div");
  note.className = "toast-note";
  note.textContent = text;
  region.append(note);
  setTimeout(() => note.remove(), STAYS_MS);
}
