// Says in words why a passkey or key could not be used; the library behind it only writes to the console.
document.addEventListener("allauth.error", (event) => {
  const { name, message } = event.detail.exception;
  const says = document.getElementById("passkey-says");
  const words = {
    NotAllowedError: "The passkey or key was not used: it was cancelled, or took too long. Try again, or use another way.",
    InvalidStateError: "This passkey or key is already in your list.",
    SecurityError: "This address does not allow passkeys. They need an encrypted connection (https).",
  };
  says.textContent = words[name] ?? `The passkey or key could not be used: ${message} Try again, or use another way.`;
  says.hidden = false;
  event.preventDefault();
});
