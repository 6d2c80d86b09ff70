// A "Call us" button for the shop's website:
//   <script src="https://the-page/button.js" defer></script>
// or, where it should stand in a place of the site's own, with data-in="#selector". The website's
// origin has to stand in PAGE_ORIGINS. A call from it runs through the same machine as any other.
(() => {
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const LIBRARY = `${home}/static/vendor/livekit-client-2.23.0/livekit-client.umd.js`;
  const STYLE = `
    :host { all: initial; font: 15px/1.45 system-ui, sans-serif; color-scheme: light dark; }
    :host(.floating) { position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; }
    button { font: inherit; font-weight: 600; border: 0; border-radius: 99px; padding: 13px 22px; cursor: pointer; background: #2a5bd0; color: #fff; box-shadow: 0 4px 18px rgb(20 30 60 / .28); }
    button:focus-visible, input:focus-visible { outline: 3px solid #7ea6ff; outline-offset: 2px; }
    button:disabled { opacity: .6; }
    [hidden] { display: none !important; }
    section { width: min(330px, calc(100vw - 40px)); background: #fff; color: #1a2430; border-radius: 16px; box-shadow: 0 10px 40px rgb(20 30 60 / .3); overflow: hidden; }
    header { display: flex; gap: 10px; align-items: center; justify-content: space-between; padding: 12px 14px; border-bottom: 1px solid #dbe2eb; }
    header button { background: #b3261e; padding: 7px 14px; box-shadow: none; }
    ol { list-style: none; margin: 0; padding: 12px; display: grid; gap: 8px; max-height: 300px; overflow-y: auto; }
    li { padding: 7px 11px; border-radius: 12px; background: #f1f4f7; max-width: 88%; overflow-wrap: anywhere; }
    li.me { justify-self: end; background: #e4ecfd; }
    p { margin: 0; padding: 8px 14px; color: #b3261e; }
    form { display: flex; gap: 8px; padding: 10px 12px; border-top: 1px solid #dbe2eb; }
    input { flex: 1; min-width: 0; font: inherit; padding: 8px 10px; border: 1px solid #dbe2eb; border-radius: 10px; background: #fff; color: inherit; }
    form button { padding: 8px 14px; box-shadow: none; border-radius: 10px; }
    @media (prefers-color-scheme: dark) {
      section { background: #151c26; color: #e7edf5; } header, form { border-color: #283444; }
      li { background: #1d2632; } li.me { background: #1f2f52; } p { color: #ff8f86; }
      input { background: #0c1118; border-color: #283444; }
    }`;

  const PICKS_UP = 12000; // milliseconds until nobody is thought to pick up
  const RINGING = "Ringing …";
  const AWAY = "The shop's line can't be reached just now: try again later.";
  const NOBODY = "Nobody has picked up: stay on, or try again later.";

  const make = (tag, text = "") => {
    const made = document.createElement(tag);
    made.textContent = text;
    return made;
  };

  const place = script.dataset.in ? document.querySelector(script.dataset.in) : null;
  const host = make("div");
  host.className = place ? "" : "floating";
  (place || document.body).append(host);
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const ring = make("button", script.dataset.text || "Call us");
  const panel = make("section");
  const title = make("strong", "The shop");
  const hang = make("button", "Hang up");
  const said = make("ol");
  const trouble = make("p");
  const form = make("form");
  const input = make("input");
  const send = make("button", "Say");
  const head = make("header");
  head.append(title, hang);
  form.append(input, send);
  panel.append(head, said, trouble, form);
  root.append(ring, panel);
  panel.hidden = trouble.hidden = true;
  panel.setAttribute("aria-label", "Call with the shop");
  said.setAttribute("role", "log");
  said.setAttribute("aria-live", "polite");
  trouble.setAttribute("role", "alert");
  input.placeholder = "Or type here";
  input.maxLength = 500;
  input.setAttribute("aria-label", "What you say");
  ring.type = hang.type = "button";

  let room = null;
  const lines = new Map();
  const sounds = [];

  const fail = (sentence) => {
    trouble.textContent = sentence;
    trouble.hidden = !sentence;
  };

  function loaded() {
    if (window.LivekitClient) return Promise.resolve();
    return new Promise((done, failed) => {
      const library = make("script");
      library.src = LIBRARY;
      library.onload = done;
      library.onerror = () => failed(new Error("The call could not be loaded: try again later."));
      document.head.append(library);
    });
  }

  async function token() {
    let answer;
    try {
      answer = await fetch(`${home}/api/token`, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: "{}",
      });
    } catch {
      throw new Error("The shop's line can't be reached from here: try again later.");
    }
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    return told;
  }

  function hear(key, mine, text) {
    let line = lines.get(key);
    if (!line) {
      line = make("li");
      line.className = mine ? "me" : "";
      lines.set(key, line);
      said.append(line);
    }
    line.textContent = text.trim();
    said.scrollTop = said.scrollHeight;
  }

  async function begin() {
    ring.disabled = true;
    ring.hidden = true;
    panel.hidden = false;
    said.replaceChildren();
    lines.clear();
    fail("");
    title.textContent = RINGING;
    try {
      await loaded();
      const { Room, RoomEvent } = window.LivekitClient;
      const { server_url: url, participant_token: given } = await token();
      room = new Room();
      room.registerTextStreamHandler("lk.transcription", async (reader, who) => {
        const key = reader.info.attributes["lk.segment_id"] || reader.info.id;
        let text = "";
        try {
          for await (const part of reader) {
            text += part;
            if (text.trim()) hear(key, who.identity === room.localParticipant.identity, text);
          }
        } catch {
          // what was cut off stays as far as it was said
        }
      });
      room.on(RoomEvent.TrackSubscribed, (track) => {
        if (track.kind !== "audio") return;
        const sound = track.attach();
        sounds.push(sound);
        root.append(sound);
      });
      room.on(RoomEvent.Reconnecting, () => fail("The connection is lost. Stay on: it may come back."));
      room.on(RoomEvent.Reconnected, () => fail(""));
      room.on(RoomEvent.Disconnected, over);
      room.on(RoomEvent.ParticipantConnected, answered);
      await room.connect(url, given).catch(() => { throw new Error(AWAY); });
      for (const who of room.remoteParticipants.values()) answered(who);
      const called = room;
      setTimeout(() => {
        if (room === called && title.textContent === RINGING) fail(NOBODY);
      }, PICKS_UP);
      input.focus();
      try {
        await room.localParticipant.setMicrophoneEnabled(true);
      } catch {
        fail("No microphone: allow it, or type below.");
      }
    } catch (error) {
      fail(error.message || String(error));
      room = null;
      title.textContent = "No call";
      ring.disabled = ring.hidden = false;
    }
  }

  function answered(who) {
    if (who.kind !== window.LivekitClient.ParticipantKind.AGENT) return;
    title.textContent = "On the line";
    if (trouble.textContent === NOBODY) fail("");
  }

  function over() {
    for (const sound of sounds.splice(0)) sound.remove();
    room = null;
    title.textContent = "The call is over.";
    ring.disabled = ring.hidden = false;
    ring.textContent = "Call again";
  }

  ring.addEventListener("click", begin);
  hang.addEventListener("click", () => {
    if (room) room.disconnect();
    else panel.hidden = true;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text || !room) return;
    input.value = "";
    room.localParticipant.sendText(text, { topic: "lk.chat" });
  });
})();
