// Calling: one button; then microphone, typed words and keys in the same call.
import { Board } from "./board.js";
import { SENTENCES, Line } from "./line.js";
import { ticking } from "./conversation.js";
import { el, tell } from "./dom.js";
import { voice } from "./voice.js";

const KEYS = [
  ["1", "sales"], ["2", "support"], ["3", ""], ["4", ""], ["5", ""], ["6", ""],
  ["7", ""], ["8", ""], ["9", ""], ["*", "again"], ["0", ""], ["#", "bye"],
];
const TYPING_EVERY = 3000;
const STATES = {
  listening: "is listening", thinking: "is thinking", speaking: "is speaking",
  initializing: "is coming", idle: "is waiting",
};

export function callView(about) {
  const board = new Board(about);
  let line = null;
  let typedAt = 0;
  let inCall = false;

  const ring = el("button", { class: "primary ring", type: "button", onclick: begin }, "Call the shop");
  const mute = el("button", { class: "round", type: "button", "aria-pressed": "false", disabled: true, onclick: onMute }, "Mute");
  const pad = el("button", { class: "round", type: "button", "aria-expanded": "false", "aria-controls": "keys", disabled: true, onclick: onPad }, "Keys");
  const hang = el("button", { class: "round hang", type: "button", disabled: true, onclick: () => line && line.hangUp() }, "Hang up");
  const time = el("span", { class: "time" });
  const you = voice("You");
  const jill = voice("The shop");
  const keys = el("div", { class: "keys", id: "keys", hidden: true, role: "group", "aria-label": "Keypad" },
    KEYS.map(([key, what]) => el("button", { type: "button", "data-key": key, "aria-label": what ? `${key}, ${what}` : key, onclick: () => press(key) },
      el("b", { text: key }), el("small", { text: what }))));
  const input = el("input", { id: "words", type: "text", maxlength: "500", autocomplete: "off", placeholder: "Type instead of speaking", disabled: true, oninput: onTyping });
  const send = el("button", { class: "primary", type: "submit", disabled: true }, "Say");
  const form = el("form", { class: "type", onsubmit: onSay }, el("label", { class: "unseen", for: "words", text: "What you say" }), input, send);
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const hint = el("div", { class: "hint" },
    el("p", {}, "Ring the shop and talk to Jill. Ask for a new iPhone, or say what is wrong with yours."),
    el("p", {}, "No microphone? Type below, or press keys during the call."));
  const controls = el("div", { class: "controls", hidden: true }, mute, pad, hang);
  const right = el("section", { class: "panel talk", "aria-label": "The call" },
    el("div", { class: "dial" }, ring, el("div", { class: "voices", hidden: true }, jill.box, time, you.box), controls, keys, trouble),
    board.conversation.list, hint, form);
  const voices = right.querySelector(".voices");
  const view = el("div", { class: "view call" }, board.left, right);

  async function begin() {
    ring.disabled = true;
    ring.textContent = "Ringing …";
    say("");
    board.clear();
    board.place.textContent = "Ringing …";
    hint.hidden = true;
    line = new Line();
    listen(line);
    try {
      await line.call();
    } catch (error) {
      say(error.message || SENTENCES.server);
      over();
    }
  }

  function listen(on) {
    const ours = (handler) => (event) => { if (on === line) handler(event.detail); };
    on.addEventListener("joined", ours(() => {
      inCall = true;
      document.body.classList.add("in-call");
      ring.hidden = true;
      controls.hidden = voices.hidden = false;
      for (const each of [mute, pad, hang, input, send]) each.disabled = false;
      time.replaceChildren(ticking(0));
      input.focus({ preventScroll: true });
      tell("Connected.");
    }));
    on.addEventListener("snapshot", ours(({ snapshot, caughtUp }) => {
      if (caughtUp) board.conversation.recall(snapshot.said);
      board.show(snapshot);
      if (snapshot.last && snapshot.last.reasons.includes("not_written")) say(SENTENCES.records);
      else if (snapshot.last && snapshot.last.accepted) unsay(SENTENCES.records);
    }));
    on.addEventListener("words", ours((words) => board.conversation.hear(words)));
    on.addEventListener("agent", ours(({ state }) => {
      unsay(SENTENCES.nobody, SENTENCES.broken);
      jill.note.textContent = STATES[state] || "";
      jill.box.classList.toggle("thinking", state === "thinking");
    }));
    on.addEventListener("levels", ours(({ caller, agent }) => {
      you.level(caller);
      jill.level(agent);
    }));
    on.addEventListener("microphone", ours(({ on: open }) => {
      mute.textContent = open ? "Mute" : "Unmute";
      mute.setAttribute("aria-pressed", String(!open));
      you.note.textContent = open ? "" : "microphone off";
      if (open) unsay(SENTENCES.refused, SENTENCES.missing, SENTENCES.busy);
    }));
    on.addEventListener("trouble", ours(({ sentence }) => say(sentence)));
    on.addEventListener("news", ours(({ sentence, back }) => {
      if (back && trouble.textContent !== SENTENCES.lost) return;
      say("");
      board.last.textContent = sentence;
      tell(sentence);
    }));
    on.addEventListener("end", ours(({ sentence, properly }) => {
      if (!properly) say(sentence);
      over(sentence);
    }));
  }

  function over(sentence = "") {
    inCall = false;
    document.body.classList.remove("in-call");
    ring.hidden = false;
    ring.disabled = false;
    ring.textContent = "Call again";
    controls.hidden = voices.hidden = keys.hidden = true;
    for (const each of [mute, pad, hang, input, send]) each.disabled = true;
    pad.setAttribute("aria-expanded", "false");
    for (const each of time.querySelectorAll("time")) each.dataset.stopped = "1";
    if (sentence) {
      board.place.textContent = sentence;
      tell(sentence);
    } else board.place.textContent = "No call";
    ring.focus({ preventScroll: true });
  }

  function say(sentence) {
    trouble.textContent = sentence;
    trouble.hidden = !sentence;
  }

  /** What of these is said is mended. */
  function unsay(...sentences) {
    if (sentences.includes(trouble.textContent)) say("");
  }

  function onMute() {
    line.microphone(mute.getAttribute("aria-pressed") === "true");
  }

  function onPad() {
    keys.hidden = !keys.hidden;
    pad.setAttribute("aria-expanded", String(!keys.hidden));
  }

  function press(key) {
    if (!inCall) return;
    line.press(key);
    tell(`Pressed ${key}`);
  }

  function onTyping() {
    const now = Date.now();
    if (now - typedAt < TYPING_EVERY) return;
    typedAt = now;
    line.typing();
  }

  function onSay(event) {
    event.preventDefault();
    const text = input.value.trim();
    if (!text || !inCall) return;
    input.value = "";
    line.type(text);
  }

  return { view, leave: () => line && line.hangUp(), isOn: () => inCall };
}
