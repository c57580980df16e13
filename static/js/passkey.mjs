// Shows the way to sign in with a passkey where the browser knows passkeys; without a script it stays hidden.
if (window.PublicKeyCredential) document.getElementById("passkey").hidden = false;
// Somebody who closes the browser's own dialog has changed his mind: that is no fault of the page.
document.addEventListener("allauth.error", (event) => event.preventDefault());
