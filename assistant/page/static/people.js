// A colleague's page: it rings while callers wait for a person, and puts them through.
import { get, post, Trouble } from "./api.js";
import { ticking } from "./conversation.js";
import { el, tell } from "./dom.js";
import { Ringing } from "./ringing.js";
import { Talk } from "./talk.js";

const AGAIN = 2000;
const PAGE = "page"; // by this name the tab keeps who it is: opened anew, it is no other colleague

export function peopleView() {
  const page = thisPage();
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const heading = el("h1", { tabindex: "-1", text: "Callers who want a person" });
  const nobody = el("p", { class: "empty", text: "Nobody waits. Leave this page open: it rings when a caller wants a person." });
  const list = el("ul", { class: "waiting", "aria-label": "Callers who wait" });
  const here = el("div", { class: "talks" });
  const mute = el("p", { class: "note", hidden: true },
    "Browsers let no page ring aloud before somebody has used it. ",
    el("button", { class: "quiet", type: "button", onclick: () => ringing.allow() }, "Let it ring"));
  const view = el("div", { class: "view single" },
    el("section", { class: "panel people" }, heading, trouble, mute, here, nobody, list));
  const ringing = new Ringing((allowed) => { mute.hidden = allowed; });
  const asking = new AbortController();
  const cards = new Map(); // by their calls
  let talk = null; // the call that somebody here has answered
  let lost = false; // the trouble is that nothing is heard of who waits
  let stopped = false;

  const say = (sentence) => { trouble.textContent = sentence; trouble.hidden = !sentence; };
  const wake = () => ringing.allow(); // any click or key will do
  for (const kind of ["click", "keydown"]) view.addEventListener(kind, wake, { once: true });

  async function listen() {
    let known = "";
    while (!stopped) {
      try {
        const { calls, mark } = await get("/api/waiting", { page, known }, { signal: asking.signal });
        if (stopped) return;
        known = mark;
        if (lost) say("");
        lost = false;
        show(calls);
      } catch (error) {
        if (stopped) return;
        lost = true;
        say(error instanceof Trouble ? error.message : String(error));
        await new Promise((done) => setTimeout(done, AGAIN));
      }
    }
  }

  function show(calls) {
    const waiting = new Set(calls.map((each) => each.call));
    for (const [call, card] of cards) if (!waiting.has(call)) gone(call, card);
    for (const each of calls) {
      if (cards.has(each.call)) {
        briefed(cards.get(each.call), each); // they may have said more meanwhile
        continue;
      }
      cards.set(each.call, card(each));
      list.append(cards.get(each.call));
      tell(`A caller wants a person. ${each.brief.join(" ")}`);
    }
    stands();
  }

  function gone(call, card) {
    const had = card.contains(document.activeElement);
    for (const time of card.querySelectorAll("time")) time.dataset.stopped = "1";
    card.remove();
    cards.delete(call);
    if (had) heading.focus();
    if (!card.dataset.declined && (!talk || talk.call !== call)) tell("The caller waits no more.");
  }

  /** What follows from who waits and whether somebody here talks. */
  function stands() {
    nobody.hidden = cards.size > 0 || talk !== null;
    ringing.ring(cards.size > 0 && talk === null);
    list.classList.toggle("ringing", cards.size > 0 && talk === null);
    for (const button of list.querySelectorAll(".answer")) button.disabled = talk !== null;
    document.body.classList.toggle("in-talk", talk !== null && talk.isOn());
    if (view.isConnected) document.title = `${cards.size ? `(${cards.size}) ` : ""}People · The shop's line`;
  }

  function card(each) {
    const made = el("li", { "data-call": each.call },
      el("span", { class: "bell", "aria-hidden": "true" }),
      el("div", {},
        el("ul", { class: "brief" }),
        el("p", { class: "since" }, `Call ${each.reference} has been waiting for `, ticking(each.waited))),
      el("div", { class: "controls" },
        el("button", { class: "round answer", type: "button", "aria-label": `Answer call ${each.reference}`, onclick: () => answer(each) }, "Answer"),
        el("button", { class: "round decline", type: "button", "aria-label": `Decline call ${each.reference}`, onclick: () => decline(each) }, "Decline")));
    briefed(made, each);
    return made;
  }

  function briefed(on, each) {
    on.querySelector(".brief").replaceChildren(...each.brief.map((line) => el("li", { text: line })));
  }

  async function answer(each) {
    if (talk) return;
    say("");
    const mine = new Talk(each, { say, over });
    talk = mine;
    here.replaceChildren(mine.view);
    stands();
    await mine.join();
    if (talk === mine) stands();
  }

  function over(sentence) {
    talk = null;
    const had = here.contains(document.activeElement) || document.activeElement === document.body;
    here.replaceChildren();
    if (sentence) tell(sentence);
    if (!view.isConnected) return leave(); // somebody had gone on to another view
    stands();
    if (had) (list.querySelector(".answer") || heading).focus();
    return undefined;
  }

  async function decline(each) {
    const card = cards.get(each.call);
    card.dataset.declined = "yes";
    for (const button of card.querySelectorAll("button")) button.disabled = true;
    try {
      await post("/api/decline", { call: each.call, page });
      tell("Declined.");
      heading.focus();
    } catch (error) {
      delete card.dataset.declined;
      for (const button of card.querySelectorAll("button")) button.disabled = false;
      say(error.message);
    }
    stands();
  }

  function leave() {
    stopped = true;
    asking.abort();
    ringing.close();
    if (talk) talk.leave();
    document.body.classList.remove("in-talk");
  }

  listen();
  return { view, leave, isOn: () => talk !== null, isGone: () => stopped };
}

function thisPage() {
  const known = sessionStorage.getItem(PAGE);
  const page = known || Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16)).join("-");
  sessionStorage.setItem(PAGE, page);
  return page;
}
