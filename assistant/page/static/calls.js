// Looking back: past calls with search, and one of them played back step by step.
import { get } from "./api.js";
import { Board } from "./board.js";
import { happened } from "./conversation.js";
import { clock, dayOf, el, midnight, money, when } from "./dom.js";

const STEP = 900;

export function callsView(about, call) {
  return call ? playback(about, call) : list(about);
}

function list(about) {
  const number = el("input", { id: "number", type: "search", placeholder: "S48213", autocomplete: "off" });
  const since = el("input", { id: "since", type: "date", max: dayOf() });
  const until = el("input", { id: "until", type: "date", max: dayOf() });
  const open = about.states.filter((state) => state.agent);
  const left = choice("left", [["", "any desk"], ...open.map((state) => [state.name, state.desk])]);
  const ended = choice("ended", [["", "in any way"], ...about.endings.map((each) => [each.name, each.told])]);
  const form = el("form", { class: "filters", onsubmit: (event) => { event.preventDefault(); search(); } },
    field("Order, ticket or call", number), field("From", since), field("To", until),
    field("Left from", left), field("Ended", ended), el("button", { class: "primary", type: "submit" }, "Search"));
  const rows = el("tbody");
  const table = el("table", { class: "calls" },
    el("thead", {}, el("tr", {}, ["Began", "Lasted", "Way", "Ended", "Order", "Ticket"].map((text) => el("th", { scope: "col", text })))), rows);
  const more = el("button", { class: "quiet", type: "button", hidden: true, onclick: () => fetchMore() }, "Older calls");
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const empty = el("p", { class: "empty", hidden: true, text: "No call fits. Leave something out." });
  const view = el("div", { class: "view single" }, el("section", { class: "panel" },
    el("h1", { text: "Past calls" }), form, trouble, el("div", { class: "wide" }, table), empty, more));
  let next = "";
  let asked = 0;

  for (const each of [since, until, left, ended]) each.addEventListener("change", search);

  function search() {
    next = "";
    rows.replaceChildren();
    fetchMore();
  }

  async function fetchMore() {
    const mine = ++asked;
    try {
      const found = await get("/api/calls", {
        number: number.value.trim(),
        since: since.value ? midnight(since.value) : "",
        until: until.value ? midnight(until.value, 1) : "",
        left: left.value, ended: ended.value, behind: next,
      });
      if (mine !== asked) return;
      rows.append(...found.calls.map((each) => row(each, about)));
      next = found.next || "";
      more.hidden = !next;
      empty.hidden = rows.childElementCount > 0;
      trouble.hidden = true;
    } catch (error) {
      trouble.textContent = error.message;
      trouble.hidden = false;
    }
  }
  search();
  return { view, leave() {} };
}

function row(call, about) {
  const desks = call.path.filter((state) => state !== "ended").map((state) => (about.states.find((each) => each.name === state) || {}).desk || state);
  const lasted = call.ended ? clock(call.ended - call.began) : "–";
  return el("tr", {},
    el("td", {}, el("a", { href: `#/calls/${encodeURIComponent(call.id)}`, text: when(call.began) })),
    el("td", { text: lasted }),
    el("td", { text: desks.slice(desks.length > 1 ? 1 : 0).join(" → ") }),
    el("td", {}, el("span", { class: call.silent || !call.ended ? "ending no" : "ending", text: call.how })),
    el("td", { text: call.orders.map((each) => `${each.number} · ${each.model} · ${money(each.price_cents)}`).join(", ") || "–" }),
    el("td", { text: call.tickets.map((each) => `${each.number} ${each.status}`).join(", ") || "–" }));
}

const field = (name, input) => el("label", { for: input.id }, el("span", { text: name }), input);
const choice = (id, options) => el("select", { id }, options.map(([value, text]) => el("option", { value, text })));

function playback(about, id) {
  const board = new Board(about);
  const slider = el("input", { type: "range", min: "0", max: "0", value: "0", "aria-label": "Step of the call", oninput: () => { stop(); show(Number(slider.value)); } });
  const play = el("button", { class: "primary", type: "button", onclick: onPlay }, "Play");
  const back = el("button", { class: "round", type: "button", "aria-label": "One step back", onclick: () => { stop(); show(at - 1); } }, "‹");
  const on = el("button", { class: "round", type: "button", "aria-label": "One step on", onclick: () => { stop(); show(at + 1); } }, "›");
  const steps = el("ol", { class: "steps", "aria-label": "What happened" });
  const title = el("h1", { text: "Call" });
  const about_it = el("p", { class: "meta" });
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const said = el("details", { class: "transcript", hidden: true }, el("summary", { text: "What was said" }), board.conversation.list);
  const right = el("section", { class: "panel talk back" },
    el("div", { class: "dial" }, el("a", { class: "back", href: "#/calls" }, "All calls"), title, about_it, trouble,
      el("div", { class: "player" }, back, play, on, slider)), steps, said);
  const view = el("div", { class: "view call" }, board.left, right);
  let call = null;
  let at = 0;
  let timer = 0;

  get(`/api/calls/${encodeURIComponent(id)}`).then((found) => {
    call = found;
    title.textContent = `Call ${call.reference}`;
    const last = call.steps[call.steps.length - 1];
    about_it.textContent = `${when(call.began)} · ${clock(last.at - call.began)} min · ${call.how}`;
    slider.max = String(call.steps.length - 1);
    steps.append(...call.steps.map((step, place) => el("li", {},
      el("button", { type: "button", class: step.last && !step.last.accepted ? "no" : "", onclick: () => { stop(); show(place); } },
        el("time", { text: clock(step.at - call.began) }),
        el("span", { text: step.last ? happened(step.last, about) : "a call comes in" })))));
    if (call.said.length) {
      said.hidden = false;
      board.conversation.recall(call.said);
    }
    show(call.steps.length - 1, false);
  }, (error) => { trouble.textContent = error.message; trouble.hidden = false; board.place.textContent = "No such call"; });

  function show(place, moving = true) {
    if (!call || place < 0 || place >= call.steps.length) return;
    const gone = call.steps.slice(0, place + 1);
    const entries = gone.map((step) => step.last).filter(Boolean);
    at = place;
    slider.value = String(place);
    const step = call.steps[place];
    slider.setAttribute("aria-valuetext", step.last ? happened(step.last, about) : "a call comes in");
    board.chart.clear();
    board.chart.retrace(entries);
    board.show(step, { moving, all: true, refused: entries.filter((entry) => !entry.accepted) });
    if (!step.last) board.last.textContent = "a call comes in";
    for (const [number, item] of [...steps.children].entries()) {
      item.classList.toggle("gone", number <= place);
      if (number === place) item.firstChild.setAttribute("aria-current", "step");
      else item.firstChild.removeAttribute("aria-current");
      if (number === place) steps.scrollTop = item.offsetTop - steps.offsetTop - steps.clientHeight / 2;
    }
  }

  function onPlay() {
    if (timer) return stop();
    if (at >= call.steps.length - 1) show(0);
    play.textContent = "Pause";
    timer = setInterval(() => {
      if (at >= call.steps.length - 1) stop();
      else show(at + 1);
    }, STEP);
    return undefined;
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
  }

  return { view, leave: stop };
}

