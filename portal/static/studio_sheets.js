// The cells of dmn-js write style sheets of their own: they carry the word of this answer, as the policy asks.
(() => {
  "use strict";
  const word = document.currentScript.nonce;
  const create = document.createElement.bind(document);
  document.createElement = (name, ...more) => {
    const made = create(name, ...more);
    if (name === "style") made.nonce = word;
    return made;
  };
})();
