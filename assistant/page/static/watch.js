// Watching: the calls that are on now, and one of them as it moves, unseen by its caller.
import { get, Trouble } from "./api.js";
import { Board } from "./board.js";
import { ticking } from "./conversation.js";
import { el } from "./dom.js";
import { Line } from "./line.js";

const AGAIN = 2000;

export function watchView(about, call) {
  return call ? one(about, call) : all(about);
}

function all(about) {
  const list = el("ul", { class: "now", "aria-live": "polite" });
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const nobody = el("p", { class: "empty", text: "Nobody is on the line. A call that begins shows up here by itself." });
  const view = el("div", { class: "view single" }, el("section", { class: "panel" },
    el("h1", { text: "On the line now" }), trouble, nobody, list));
  let stopped = false;
  const known = new Map();

  async function look() {
    if (stopped) return;
    try {
      const { calls } = await get("/api/now");
      trouble.hidden = true;
      nobody.hidden = calls.length > 0;
      const here = new Set(calls.map((each) => each.id));
      for (const [id, row] of known) if (!here.has(id)) { row.remove(); known.delete(id); }
      for (const each of calls) {
        let row = known.get(each.id);
        if (!row) {
          row = el("li", {}, el("a", { href: `#/watch/${encodeURIComponent(each.id)}` },
            el("strong", { class: "state" }), el("span", { class: "id", text: `call ${each.reference}` }),
            ticking(each.now - each.began), el("span", { class: "attended" })));
          known.set(each.id, row);
          list.append(row);
        }
        const state = about.states.find((one) => one.name === each.state);
        const desk = row.querySelector(".state");
        desk.textContent = state ? state.desk : each.state;
        desk.dataset.state = each.state;
        row.querySelector(".attended").textContent = each.attended ? "" : "its worker is away";
      }
    } catch (error) {
      trouble.textContent = error instanceof Trouble ? error.message : String(error);
      trouble.hidden = false;
    }
    setTimeout(look, AGAIN);
  }
  look();
  return { view, leave: () => { stopped = true; } };
}

function one(about, call) {
  const board = new Board(about);
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const back = el("a", { class: "back", href: "#/watch" }, "All calls that are on");
  const head = el("div", { class: "dial" }, back, el("p", { class: "watching" }, el("i", { "aria-hidden": "true" }), "Watching. The caller neither sees nor hears you."), trouble);
  const right = el("section", { class: "panel talk", "aria-label": "What is said" }, head, board.conversation.list);
  const view = el("div", { class: "view call" }, board.left, right);
  const line = new Line();
  const say = (sentence) => { trouble.textContent = sentence; trouble.hidden = !sentence; };

  board.place.textContent = "Joining …";
  line.addEventListener("snapshot", ({ detail: { snapshot, caughtUp } }) => {
    if (caughtUp) board.conversation.recall(snapshot.said);
    board.show(snapshot, { moving: !caughtUp });
    say("");
  });
  line.addEventListener("words", ({ detail }) => board.conversation.hear(detail));
  line.addEventListener("trouble", ({ detail }) => say(detail.sentence));
  line.addEventListener("news", ({ detail }) => { board.last.textContent = detail.sentence; });
  line.addEventListener("end", ({ detail }) => { board.place.textContent = detail.sentence; head.querySelector(".watching").hidden = true; });
  line.watch(call).catch((error) => { board.place.textContent = "Not on the line"; say(error.message); });
  return { view, leave: () => line.hangUp() };
}
