/* An order that people change: data-order (a list) whose items have buttons data-move="-1" and "1"; Alt with an arrow
   key moves the item that has the keyboard. Told to who does not see it: data-moved="… %s … %d", [data-order-told].
   Without this file the order stays. */
(() => {
  "use strict";
  for (const list of document.querySelectorAll("[data-order]")) {
    const told = list.parentElement.querySelector("[data-order-told]");

    const move = (item, step) => {
      const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
      if (!other) return;
      const held = document.activeElement;
      if (step < 0) other.before(item);
      else other.after(item);
      held.focus();
      const name = item.querySelector("label").textContent.trim();
      const place = [...list.children].indexOf(item) + 1;
      if (told) told.textContent = list.dataset.moved.replace("%s", name).replace("%d", String(place));
    };

    list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-move]");
      if (button) move(button.closest("li"), Number(button.dataset.move));
    });
    list.addEventListener("keydown", (event) => {
      if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
      event.preventDefault();
      move(event.target.closest("li"), event.key === "ArrowUp" ? -1 : 1);
    });
  }
})();
