// Shows the way that needs a passkey where the browser knows passkeys; without a script it stays hidden.
const way = document.getElementById("passkey");
if (window.PublicKeyCredential && way) {
  way.hidden = false;
  document.getElementById("no-passkeys")?.remove();
}
// Somebody who closes the browser's own dialog has changed his mind: that is no fault of the page.
document.addEventListener("allauth.error", (event) => event.preventDefault());
