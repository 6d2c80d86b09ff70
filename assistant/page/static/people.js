// A colleague's page: it rings while callers wait for a person, and puts them through.
import { get, post, Trouble } from "./api.js";
import { clock, el, tell } from "./dom.js";

const LiveKit = window.LivekitClient;
const AGAIN = 2000;
const RING = 2500;
const LOST = "The call can't be joined: the telephone exchange (the LiveKit server) doesn't answer.";
const MUTE = "The microphone isn't allowed or is missing: the caller can't hear you. Allow it beside the address, then answer again.";

export function peopleView() {
  const page = crypto.randomUUID();
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const nobody = el("p", { class: "empty", text: "Nobody waits. Leave this page open: it rings when a caller wants a person." });
  const list = el("ul", { class: "waiting", "aria-live": "polite" });
  const talk = el("div", { class: "dial talking", hidden: true });
  const view = el("div", { class: "view single" }, el("section", { class: "panel" },
    el("h1", { text: "Callers who want a person" }), trouble, talk, nobody, list));
  const title = document.title;
  let room = null;
  let stopped = false;
  let known = "";
  let sound = null;

  const say = (sentence) => { trouble.textContent = sentence; trouble.hidden = !sentence; };

  async function listen() {
    while (!stopped) {
      try {
        const { calls, mark } = await get("/api/waiting", { page, known });
        if (stopped) return;
        known = mark;
        show(calls);
      } catch (error) {
        say(error instanceof Trouble ? error.message : String(error));
        await new Promise((done) => setTimeout(done, AGAIN));
      }
    }
  }

  function show(calls) {
    nobody.hidden = calls.length > 0 || room !== null;
    list.replaceChildren(...calls.map(card));
    document.title = calls.length ? `(${calls.length}) waiting · The shop's line` : title;
    if (calls.length) tell(`A caller wants a person. ${calls[0].brief.join(" ")}`);
    ring(calls.length > 0 && room === null);
  }

  function card(each) {
    const since = Date.now() / 1000 - each.waited;
    const time = el("time", { text: clock(each.waited) });
    const ticking = setInterval(() => {
      if (!time.isConnected && stopped) clearInterval(ticking);
      time.textContent = clock(Date.now() / 1000 - since);
    }, 1000);
    return el("li", { "data-call": each.call },
      el("p", { class: "since" }, el("span", { text: `call ${each.reference}, waiting for ` }), time),
      el("ul", { class: "brief" }, each.brief.map((line) => el("li", { text: line }))),
      el("div", { class: "controls" },
        el("button", { class: "primary answer", type: "button", disabled: room !== null, onclick: () => answer(each) }, "Answer"),
        el("button", { class: "quiet decline", type: "button", onclick: () => decline(each) }, "Decline")));
  }

  async function answer(each) {
    say("");
    ring(false);
    try {
      const { server_url: url, participant_token: token } = await post("/api/answer", { call: each.call });
      await join(each, url, token);
    } catch (error) {
      say(error instanceof Trouble ? error.message : LOST);
      await leave();
    }
  }

  async function decline(each) {
    try {
      await post("/api/decline", { call: each.call, page });
    } catch (error) {
      say(error.message);
    }
  }

  async function join(each, url, token) {
    room = new LiveKit.Room({ audioCaptureDefaults: { echoCancellation: true, noiseSuppression: true } });
    const joined = room;
    room
      .on(LiveKit.RoomEvent.TrackSubscribed, (track) => {
        if (track.kind !== "audio") return;
        const heard = track.attach();
        heard.hidden = true;
        document.body.append(heard);
        joined.startAudio().catch(() => {});
      })
      .on(LiveKit.RoomEvent.Disconnected, () => { if (room === joined) over(); });
    await room.connect(url, token);
    try {
      await room.localParticipant.setMicrophoneEnabled(true);
    } catch {
      say(MUTE);
      await leave();
      return;
    }
    talk.replaceChildren(el("p", { text: "You are talking to the caller. The assistant is silent until you leave." }),
      el("ul", { class: "brief" }, each.brief.map((line) => el("li", { text: line }))),
      el("button", { class: "round hang", type: "button", onclick: leave }, "Leave the call"));
    talk.hidden = false;
    nobody.hidden = true;
    tell("You are talking to the caller.");
  }

  async function leave() {
    const left = room;
    over();
    if (left) await left.disconnect();
  }

  function over() {
    room = null;
    talk.hidden = true;
    for (const heard of document.querySelectorAll("body > audio")) heard.remove();
    for (const button of list.querySelectorAll(".answer")) button.disabled = false;
    nobody.hidden = list.children.length > 0;
    ring(list.children.length > 0);
  }

  // Two short tones again and again; a browser plays them once somebody has clicked on the page.
  function ring(on) {
    if (on === (sound !== null)) return;
    if (!on) {
      clearInterval(sound.again);
      sound.context.close().catch(() => {});
      sound = null;
      return;
    }
    const context = new AudioContext();
    const tones = () => {
      for (const [start, pitch] of [[0, 660], [0.25, 880]]) {
        const tone = context.createOscillator();
        const level = context.createGain();
        level.gain.value = 0.08;
        tone.frequency.value = pitch;
        tone.connect(level).connect(context.destination);
        tone.start(context.currentTime + start);
        tone.stop(context.currentTime + start + 0.2);
      }
    };
    tones();
    sound = { context, again: setInterval(tones, RING) };
  }

  listen();
  return {
    view,
    leave: () => {
      stopped = true;
      ring(false);
      document.title = title;
      leave();
    },
  };
}
