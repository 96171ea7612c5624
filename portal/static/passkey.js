/* Passkeys of the terminal (WebAuthn). Marks in the HTML: button[data-passkey="get|create"] with data-options
   (where the question is asked for) and data-failed (what to say), inside form[data-factor-form] with
   input[data-credential]. */
(() => {
  "use strict";
  async function question(button, form) {
    const token = form.querySelector("input[name=csrf_token]").value;
    const answer = await window.portal.ask(button.dataset.options, {
      method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": token },
    });
    if (!answer.ok) throw new Error("no question");
    return answer.json();
  }

  async function credential(button, form) {
    const options = await question(button, form);
    if (button.dataset.passkey === "create") {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
      return navigator.credentials.create({ publicKey });
    }
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return navigator.credentials.get({ publicKey });
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-passkey]");
    if (!button) return;
    const form = button.closest("[data-factor-form]");
    const error = form.querySelector("[data-passkey-error]");
    const password = form.querySelector("input[name=password]");
    if (password && !password.reportValidity()) return;
    error.hidden = true;
    button.disabled = true;
    try {
      const made = await credential(button, form);
      form.querySelector("[data-credential]").value = JSON.stringify(made.toJSON());
      form.querySelectorAll("input[name=code]").forEach((field) => { field.required = false; });
      form.submit();
    } catch (_refused) {
      error.textContent = button.dataset.failed;
      error.hidden = false;
      button.disabled = false;
    }
  });
})();
