// Passkeys: a form with data-passkey ("get" to show one, "create" to make one) asks its own address for a question, has
// the device answer, and is then sent with the answer in its hidden fields. Pages say in words what to do without.
export function passkey(scope) {
  for (const form of scope.querySelectorAll("form[data-passkey]:not([data-passkey-ready])")) {
    form.setAttribute("data-passkey-ready", "");
    form.addEventListener("submit", (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      ask(form);
    });
  }
}

const refused = {
  InvalidStateError: "This device has a passkey for this account already.",
  NotAllowedError: "No passkey was given. Try again, or go on another way.",
  SecurityError: "Passkeys do not work at this address. Go on another way.",
};

async function ask(form) {
  const said = form.querySelector("[data-passkey-said]");
  const button = form.querySelector("button");
  said.textContent = "";
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
    said.textContent = "This browser is too old for passkeys. Go on another way.";
    return;
  }
  button.disabled = true;
  try {
    const answer = await fetch(form.dataset.passkeyOptions, { method: "POST", headers: { Accept: "application/json" } });
    if (!answer.headers.get("Content-Type")?.startsWith("application/json")) throw new Error("no question");
    const { ceremony, options } = await answer.json();
    const credential =
      form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    form.elements.ceremony.value = ceremony;
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    button.disabled = false;
    form.requestSubmit();
  } catch (error) {
    button.disabled = false;
    form.elements.credential.value = "";
    said.textContent = refused[error.name] ?? "The passkey could not be used just now. Try again, or go on another way.";
  }
}
