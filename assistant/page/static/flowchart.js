// The flowchart that the table draws, and a call on it: the state lit, triggers along their arrows.
import { calm, drawn, svgOf } from "./dom.js";

const NS = "http://www.w3.org/2000/svg";
const RUNS = 900; // milliseconds along an arrow
const NOTHING = "–";

export class Flowchart {
  /** Shows this SVG in a box. */
  constructor(box, svg) {
    this.box = box;
    this.svg = svgOf(svg);
    this.svg.removeAttribute("width");
    this.svg.removeAttribute("height");
    this.svg.setAttribute("role", "img");
    for (const title of this.svg.querySelectorAll("title")) title.remove();
    box.replaceChildren(this.svg);
    for (const fact of this.svg.querySelectorAll("g.fact")) prepare(fact);
    this.clear();
    requestAnimationFrame(() => {
      fit(this.svg);
      // Where it is wider than the page, its middle is seen first.
      box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2;
    });
  }

  find(...parts) {
    return this.svg.querySelector(`#${CSS.escape(parts.join("_"))}`);
  }

  /** The colour of a state's agent, as the table's picture has it. */
  colour(state) {
    const card = this.find("state", state);
    const frame = card && card.querySelector('polygon[fill="none"], ellipse');
    return (frame && frame.getAttribute("stroke")) || "#5b7083";
  }

  clear() {
    for (const each of this.svg.querySelectorAll(".on, .been, .taken, .refused")) {
      each.classList.remove("on", "been", "taken", "refused");
    }
    for (const each of this.svg.querySelectorAll(".mark, .runner")) each.remove();
    for (const fact of this.svg.querySelectorAll("g.fact")) fill(fact, "");
  }

  /** How a call stands; with `moving` its last trigger runs along its arrow. */
  show(snapshot, desk, moving = true) {
    for (const each of this.svg.querySelectorAll(".state.on")) {
      each.classList.remove("on");
      each.classList.add("been");
    }
    const state = this.find("state", snapshot.state);
    if (state) state.classList.add("on");
    for (const [name, value] of Object.entries(snapshot.facts)) {
      const fact = this.find("fact", name);
      if (fact) fill(fact, value);
    }
    const ended = snapshot.state === "ended";
    const where = ended ? "the call has ended" : `the call is at ${desk}`;
    this.svg.setAttribute("aria-label", `Flowchart of the conversation: ${where}.`);
    if (snapshot.last) this.#happened(snapshot.last, moving && !calm());
    if (moving) this.#intoView(state);
  }

  /** All that has happened, without motion: for a call that is joined or played back. */
  retrace(entries) {
    for (const entry of entries) {
      const way = this.#way(entry);
      if (way && entry.accepted) way.classList.add("taken");
      for (const name of [entry.source, entry.target]) {
        const state = this.find("state", name);
        if (state) state.classList.add("been");
      }
    }
  }

  #way(entry) {
    // One arrow may show several ways, and has a class for each.
    const name = ["way", entry.source, entry.trigger, entry.target].join("_");
    const way = this.svg.querySelector(`.${CSS.escape(name)}`);
    if (way) return way;
    return entry.target === "ended" && entry.accepted ? this.find("way", "line") : null;
  }

  #happened(entry, moving) {
    for (const each of this.svg.querySelectorAll(".mark")) each.remove();
    for (const each of this.svg.querySelectorAll(".refused")) each.classList.remove("refused");
    const way = this.#way(entry);
    if (entry.accepted) {
      if (way) {
        way.classList.add("taken");
        if (moving) this.#run(way);
      }
    } else {
      // Where it would have led isn't known to a refusal: whichever arrow bears its name.
      const asked = this.svg.querySelector(
        `[class*=" way_${CSS.escape(entry.source)}_${CSS.escape(entry.trigger)}_"]`,
      );
      if (asked) asked.classList.add("refused");
    }
    this.#mark(entry);
  }

  /** A frame round the trigger's name: in its state's card, or where it stands for all of them. */
  #mark(entry) {
    const stays = entry.source === entry.target;
    for (const card of [this.find("state", entry.source), this.find("everywhere"), this.find("line")]) {
      const names = [...(card ? card.querySelectorAll("text") : [])].filter(
        (text) => text.textContent === entry.trigger,
      );
      const name = names.at(stays ? -1 : 0); // what leads on stands above what stays
      if (!name) continue;
      const box = name.getBBox();
      const mark = drawn("rect", {
        class: entry.accepted ? "mark" : "mark no",
        x: box.x - 4, y: box.y, width: box.width + 8, height: box.height - 1, rx: 4,
      });
      name.before(mark);
      return;
    }
  }

  #run(way) {
    const path = way.querySelector("path");
    if (!path) return;
    const runner = document.createElementNS(NS, "circle");
    runner.setAttribute("class", "runner");
    runner.setAttribute("r", "8");
    way.append(runner);
    const length = path.getTotalLength();
    const began = performance.now();
    const step = (now) => {
      const part = Math.min((now - began) / RUNS, 1);
      const eased = part < 0.5 ? 2 * part * part : 1 - (-2 * part + 2) ** 2 / 2;
      const at = path.getPointAtLength(length * eased);
      runner.setAttribute("cx", at.x);
      runner.setAttribute("cy", at.y);
      if (part < 1 && runner.isConnected) requestAnimationFrame(step);
      else runner.remove();
    };
    requestAnimationFrame(step);
  }

  #intoView(state) {
    if (!state || this.box.scrollWidth <= this.box.clientWidth + 4) return;
    const card = state.getBoundingClientRect();
    const box = this.box.getBoundingClientRect();
    const left = this.box.scrollLeft + card.left - box.left + card.width / 2 - box.width / 2;
    this.box.scrollTo({ left, behavior: calm() ? "auto" : "smooth" });
  }
}

/** Words in a wider font than the picture was measured with are made smaller. */
export function fit(svg) {
  const name = svg.querySelector(".state text");
  if (!name) return;
  const across = width(name.parentNode);
  const middle = (Math.min(...across) + Math.max(...across)) / 2;
  const ratio = (2 * (middle - Number(name.getAttribute("x")))) / name.getComputedTextLength();
  if (!(ratio > 0.5 && ratio < 0.98)) return;
  for (const text of svg.querySelectorAll("text[font-size]")) {
    text.setAttribute("font-size", (Number(text.getAttribute("font-size")) * ratio).toFixed(2));
  }
}

/** Where a card's corners are, from left to right. */
function width(card) {
  const frame = card.querySelector("polygon").getAttribute("points").trim().split(/[ ,]+/).map(Number);
  return frame.filter((_, place) => place % 2 === 0);
}

function prepare(fact) {
  const across = width(fact);
  const value = [...fact.querySelectorAll("text")].pop();
  value.setAttribute("text-anchor", "middle");
  value.setAttribute("x", (Math.min(...across) + Math.max(...across)) / 2);
  value.classList.add("value");
  fact.dataset.room = Math.max(...across) - Math.min(...across) - 10;
  fact.prepend(document.createElementNS(NS, "title"));
}

function fill(fact, text) {
  const value = fact.querySelector(".value");
  const title = fact.querySelector("title");
  if ((title.textContent || "") === text && value.textContent !== "") return;
  fact.classList.toggle("filled", Boolean(text));
  title.textContent = text;
  value.textContent = text || NOTHING;
  let shown = text;
  while (shown && value.getComputedTextLength() > Number(fact.dataset.room)) {
    shown = shown.slice(0, -1).trimEnd();
    value.textContent = `${shown}…`;
  }
}
