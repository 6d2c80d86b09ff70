// The flowchart with what stands under it and beside it: the same for a call, a watcher, a playback.
import { Conversation, cards, chip, happened } from "./conversation.js";
import { el, tell } from "./dom.js";
import { Flowchart } from "./flowchart.js";

const OWN = "question_put"; // at once behind what it follows from, which is what one looks for

export class Board {
  constructor(about) {
    this.about = about;
    const box = el("div", { class: "chart", tabindex: "0", role: "region", "aria-label": "Flowchart" });
    this.chart = new Flowchart(box, about.flowchart);
    this.conversation = new Conversation(about, (state) => this.chart.colour(state));
    this.place = el("strong", { class: "place", text: "No call yet" });
    this.last = el("span", { class: "last" });
    this.cards = el("ul", { class: "cards", "aria-label": "Price, orders, tickets" });
    this.chips = el("ul", { class: "chips", "aria-label": "Refused" });
    this.status = el("div", { class: "status" }, this.place, this.last);
    this.left = el("section", { class: "panel flow", "aria-label": "The conversation as a flowchart" },
      this.status, box, el("div", { class: "under" }, this.cards, this.chips));
    this.entries = [];
    this.shown = "";
  }

  desk(state) {
    const known = this.about.states.find((each) => each.name === state);
    return (known && known.desk) || state;
  }

  clear() {
    this.chart.clear();
    this.conversation.clear();
    this.cards.replaceChildren();
    this.chips.replaceChildren();
    this.last.textContent = "";
    this.entries = [];
    this.shown = "";
  }

  /** How the call stands now; `all` tells of what code does on its own account too. */
  show(told, { moving = true, refused = told.refused, all = false } = {}) {
    const snapshot = !all && told.last && told.last.trigger === OWN ? { ...told, last: null } : told;
    const desk = this.desk(snapshot.state);
    this.conversation.state = snapshot.state === "ended" ? this.conversation.state : snapshot.state;
    this.chart.show(snapshot, desk, moving);
    const ended = snapshot.state === "ended";
    this.place.textContent = ended ? "The call has ended" : `At ${desk}`;
    this.place.style.setProperty("--desk", this.chart.colour(snapshot.state));
    this.status.classList.toggle("lit", true);
    if (snapshot.last) {
      this.last.textContent = happened(snapshot.last, this.about);
      this.last.classList.toggle("no", !snapshot.last.accepted);
    }
    if (this.shown !== snapshot.state && moving) tell(this.place.textContent);
    this.shown = snapshot.state;
    replaced(this.cards, cards(snapshot));
    if (refused) replaced(this.chips, refused.map(chip));
    if (snapshot.answers) this.conversation.measure(snapshot.answers);
  }
}

/** New children only where they say something else: what is unchanged isn't read out again. */
function replaced(list, children) {
  const same = list.childElementCount === children.length
    && children.every((child, place) => child.isEqualNode(list.children[place]));
  if (!same) list.replaceChildren(...children);
}
