// Says so when the page cannot be refreshed: who reads it must know that the figures are old, not that charging stopped.
const lost = document.getElementById("lost");

document.addEventListener("htmx:sendError", () => { lost.hidden = false; });
document.addEventListener("htmx:timeout", () => { lost.hidden = false; });
document.addEventListener("htmx:responseError", () => { lost.hidden = false; });
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) lost.hidden = true; });
// Forms inside the moving part keep the token they came with.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 404) event.detail.shouldSwap = false;
});
