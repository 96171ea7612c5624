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
  // The preview shows the field in hand: the one that is typed, or the one whose form is open.
  const follow = (form) => {
    const typed = (name) => (form.elements[name] ? form.elements[name].value.trim() : "");
    const name = typed("was") || [typed("within"), typed("name")].filter(Boolean).join(".");
    const preview = document.getElementById("preview");
    const path = (one) => one.dataset.path.replace(/\.\d+(?=\.)/, "");
    const fields = [...preview.querySelectorAll("[data-path]")];
    const found = name && fields.find((one) => path(one).startsWith(name) && !one.closest("template"));
    const frame = preview.closest(".studio-preview");
    if (found) frame.scrollTop += found.getBoundingClientRect().top - frame.getBoundingClientRect().top - 80;
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    const form = event.detail.requestConfig && event.detail.requestConfig.elt.closest("[data-field-form]");
    if (form) follow(form);
  });
  for (const form of document.querySelectorAll("#edit [data-field-form]")) addEventListener("load", () => follow(form));
  for (const form of document.querySelectorAll("[data-field-form]")) {
    show(form);
    form.addEventListener("change", () => show(form));
  }
})();
