// One side of a call: who it is, what they do, and how loud they are.
import { el } from "./dom.js";

export function voice(name) {
  const note = el("small");
  const ring = el("i", { "aria-hidden": "true" });
  const box = el("div", { class: "voice" }, ring, el("span", { text: name }), note);
  return {
    box,
    note,
    level(level) {
      box.classList.toggle("speaking", level > 0);
      ring.style.setProperty("--level", String(Math.min(level * 2.2, 1)));
    },
  };
}
