// Only what the kind of a field needs is asked: choices for what is chosen, bounds for a number.
(() => {
  "use strict";
  const show = (form) => {
    const kind = form.querySelector("[data-kind]");
    if (!kind) return;
    for (const line of form.querySelectorAll("[data-for]")) line.hidden = !line.dataset.for.split(" ").includes(kind.value);
  };
  for (const form of document.querySelectorAll("[data-field-form]")) {
    show(form);
    form.addEventListener("change", () => show(form));
  }
})();
