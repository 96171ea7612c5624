// Only what is needed is asked: choices for what is chosen, bounds for a number, values of the condition's field.
(() => {
  "use strict";
  const show = (form) => {
    const kind = form.querySelector("[data-kind]");
    if (!kind) return;
    const when = form.querySelector("[data-when]");
    for (const values of form.querySelectorAll("[data-when-for]")) values.hidden = values.dataset.whenFor !== when.value;
    for (const line of form.querySelectorAll("[data-for]")) line.hidden = !line.dataset.for.split(" ").includes(kind.value);
  };
  for (const form of document.querySelectorAll("[data-field-form]")) {
    show(form);
    form.addEventListener("change", () => show(form));
  }
})();
