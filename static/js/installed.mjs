// Where the browser can, keep the page for when there is no network. Without it nothing is missing but that page.
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/drive/worker.js", { scope: "/" }).catch(() => {});
}
