/* Counts ticked rows, and lets the buttons that need some wait for them; all of a page by one box.
   Marks in the HTML: data-ticks (around table and bar), data-every, data-ticked="%d …", data-needs-ticks. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  for (const form of all("[data-ticks]")) {
    const boxes = () => all("tbody input[type=checkbox]", form);
    const every = form.querySelector("[data-every]");
    const count = () => {
      const ticked = boxes().filter((box) => box.checked).length;
      for (const place of all("[data-ticked]", form)) {
        place.textContent = place.dataset.ticked.replace("%d", String(ticked));
      }
      for (const button of all("[data-needs-ticks]", form)) button.disabled = ticked === 0;
      if (every) {
        every.checked = ticked > 0 && ticked === boxes().length;
        every.indeterminate = ticked > 0 && ticked < boxes().length;
      }
    };
    form.addEventListener("change", (event) => {
      if (event.target === every) boxes().forEach((box) => { box.checked = every.checked; });
      count();
    });
    count();
  }
})();
