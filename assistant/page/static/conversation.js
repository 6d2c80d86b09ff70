// What stands beside the flowchart: both sides' words, cards, refusals, and how long answers took.
import { clock, el, money, words } from "./dom.js";

const FORGOTTEN = "[Forgotten]";

/** A caller's words, or a bar where they were forgotten. */
export function spoken(text) {
  if (text !== FORGOTTEN) return document.createTextNode(text);
  return el("span", { class: "forgotten", role: "img", "aria-label": "forgotten" });
}

/** Both sides' words as they are said. */
export class Conversation {
  constructor(about, colour) {
    this.about = about;
    this.colour = colour;
    this.list = el("ol", { class: "said", role: "log", "aria-live": "polite", "aria-label": "What is said" });
    this.bubbles = new Map();
    this.state = "greeting";
    this.turn = []; // the agent's bubbles since the caller spoke
    this.answers = new Map();
    this.waiting = null; // an answer whose words are still to come
  }

  clear() {
    this.list.replaceChildren();
    this.bubbles.clear();
    this.answers.clear();
    this.turn = [];
    this.waiting = null;
  }

  desk(state) {
    const known = this.about.states.find((each) => each.name === state);
    return known && known.desk ? known.desk : "the shop";
  }

  /** Words of one side; the same segment again is the same sentence, longer or corrected. */
  hear({ segment, caller, text }) {
    if (!text.trim()) return;
    let bubble = this.bubbles.get(segment);
    if (!bubble) {
      bubble = this.#add(caller ? "caller" : this.state, caller);
      this.bubbles.set(segment, bubble);
      if (caller) this.turn = [];
      else this.turn.push(bubble);
      if (!caller && this.waiting) this.#measured(this.waiting);
    }
    bubble.querySelector("p").replaceChildren(spoken(text.trim()));
    this.#down();
  }

  /** What was said before somebody joined, where nothing is known yet. */
  recall(said) {
    if (this.list.childElementCount) return;
    for (const { who, text } of said) {
      const bubble = this.#add(who, who === "caller");
      bubble.querySelector("p").replaceChildren(spoken(text));
    }
    this.#down();
  }

  /** How long the caller waited for each answer, and the model requests that it took. */
  measure(answers) {
    for (const answer of answers) {
      const bubble = this.answers.get(answer.number);
      if (bubble) this.#note(bubble, answer);
      else if (!this.answers.has(answer.number)) this.#measured(answer);
    }
  }

  #measured(answer) {
    const bubble = this.turn.find((each) => !each.querySelector(".took"));
    if (!bubble) {
      this.waiting = answer;
      return;
    }
    this.waiting = null;
    this.answers.set(answer.number, bubble);
    this.#note(bubble, answer);
  }

  #note(bubble, answer) {
    let took = bubble.querySelector(".took");
    if (!took) {
      took = el("span", { class: "took" });
      bubble.append(took);
    }
    const asked = answer.requests ?? 0;
    const requests = asked === 0 ? "no model request" : asked === 1 ? "1 model request" : `${asked} model requests`;
    took.textContent = `answered in ${answer.seconds.toFixed(1)} s · ${requests}`;
  }

  #add(who, caller) {
    const name = caller ? "Caller" : this.desk(who);
    const bubble = el("li", { class: caller ? "caller" : "agent" }, el("span", { class: "who", text: name }), el("p"));
    if (!caller) bubble.style.setProperty("--desk", this.colour(who));
    this.list.append(bubble);
    return bubble;
  }

  #down() {
    this.list.scrollTop = this.list.scrollHeight;
  }
}

/** Price, order and ticket as cards. */
export function cards(snapshot) {
  const made = [];
  const chosen = snapshot.selection;
  const ordered = new Set(snapshot.orders.map((order) => `${order.model} ${order.storage}`));
  if (chosen && !ordered.has(`${chosen.model} ${chosen.storage}`)) {
    made.push(card("Quoted", money(chosen.price_cents), phone(chosen), "quote"));
  }
  for (const order of snapshot.orders) {
    made.push(card(`Order ${order.number}`, money(order.price_cents), phone(order), "order"));
  }
  for (const ticket of snapshot.tickets) {
    const issue = ticket.issue ? spoken(ticket.issue) : "";
    made.push(card(`Ticket ${ticket.number}`, ticket.status, issue, "ticket"));
  }
  return made;
}

function card(title, figure, rest, kind) {
  return el("li", { class: `card ${kind}` }, el("h3", { text: title }), el("strong", { text: figure }), el("p", {}, rest));
}

function phone(chosen) {
  return [chosen.model, chosen.storage, chosen.colour].filter(Boolean).join(" · ");
}

/** A refusal as a chip with its reason. */
export function chip(entry) {
  return el(
    "li", { class: "chip" },
    el("b", { text: words(entry.trigger) }),
    " refused: ",
    entry.why.join(", ") || "not possible there",
  );
}

/** What happened, in the words of who looks on. */
export function happened(entry, about) {
  const name = words(entry.trigger);
  if (entry.trigger === "question_put") return "the shop puts a question of its own";
  if (!entry.accepted) return `${name} refused: ${entry.why.join(", ")}`;
  if (entry.target === "ended") return `${name}: the call ends`;
  if (entry.source === entry.target) return name;
  const to = about.states.find((each) => each.name === entry.target);
  return `${name}: put through to ${to ? to.desk : entry.target}`;
}

/** A clock that runs from a beginning, for as long as it is in the page. */
export function ticking(seconds) {
  const shown = el("time", { class: "ticking", text: clock(seconds) });
  const began = performance.now() / 1000 - seconds;
  const timer = setInterval(() => {
    if (shown.dataset.stopped) clearInterval(timer);
    else shown.textContent = clock(performance.now() / 1000 - began);
  }, 1000);
  return shown;
}

