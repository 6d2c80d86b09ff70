// The line to a room: as the caller, or as somebody who only looks. Tells what happens as events.
import { post } from "./api.js";

const LiveKit = window.LivekitClient;
LiveKit.setLogLevel("warn");

export const FLOW = "shop.flow";
const TYPING = "shop.typing";
const WORDS = "lk.transcription";
const CHAT = "lk.chat";
const AGENT_STATE = "lk.agent.state";
const KEYS = "0123456789*#";
const PICKS_UP = 12000; // milliseconds until nobody is thought to pick up

export const SENTENCES = {
  refused:
    "The microphone isn't allowed: allow it beside the address, or type and press keys instead.",
  missing: "There is no microphone here: plug one in and call again, or type and press keys.",
  busy: "The microphone is in use by another program: close that one, or type and press keys.",
  server:
    "The telephone exchange (the LiveKit server) can't be reached: start it, then call again.",
  nobody:
    "Nobody has picked up: the worker is away, or all its lines are taken. Start one, or call later.",
  lost: "The connection is lost. Stay on the line: it comes back by itself if it can.",
  back: "The connection is back.",
  gone: "The connection was lost for good. Call again: what was ordered or noted stands.",
  broken: "The assistant's line broke. Stay on: another worker takes the call up.",
  taken: "Another worker has taken the call up, where it was.",
  records:
    "The shop can't write anything down just now, so nothing was ordered or noted. Say it again soon.",
  over: "The call is over.",
};

export class Line extends EventTarget {
  constructor() {
    super();
    this.room = null;
    this.sequence = 0;
    this.agent = "";
    this.early = new Map(); // snapshots that came before the agent who sent them was known
    this.over = false;
  }

  tell(kind, detail = {}) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  /** Ring: a token for a new room, the room, and then the microphone. */
  async call() {
    const { server_url: url, participant_token: token } = await post("/api/token");
    await this.#join(url, token, true);
    this.#waitFor(PICKS_UP, () => {
      if (!this.agent) this.tell("trouble", { sentence: SENTENCES.nobody });
    });
    await this.microphone(true);
  }

  /** Look on at a call that is on: unseen, unheard, and without its sound. */
  async watch(call) {
    const { server_url: url, participant_token: token } = await post("/api/watch", { call });
    await this.#join(url, token, false);
  }

  async #join(url, token, listening) {
    const room = new LiveKit.Room({
      audioCaptureDefaults: { echoCancellation: true, noiseSuppression: true },
    });
    this.room = room;
    const { RoomEvent } = LiveKit;
    // Before joining, or what comes first is lost.
    room.registerTextStreamHandler(FLOW, (reader, who) => this.#onFlow(reader, who));
    room.registerTextStreamHandler(WORDS, (reader, who) => this.#onWords(reader, who));
    room
      .on(RoomEvent.TrackSubscribed, (track) => this.#onTrack(track))
      .on(RoomEvent.ParticipantConnected, (who) => this.#onAgent(who))
      .on(RoomEvent.ParticipantDisconnected, (who) => this.#onGone(who))
      .on(RoomEvent.ParticipantAttributesChanged, (changed, who) => this.#onChanged(changed, who))
      .on(RoomEvent.ActiveSpeakersChanged, (who) => this.#onSpeakers(who))
      .on(RoomEvent.SignalReconnecting, () => this.tell("trouble", { sentence: SENTENCES.lost, lost: true }))
      .on(RoomEvent.Reconnecting, () => this.tell("trouble", { sentence: SENTENCES.lost, lost: true }))
      .on(RoomEvent.Reconnected, () => this.#onBack())
      .on(RoomEvent.Disconnected, (reason) => this.#onEnd(reason));
    try {
      await room.connect(url, token, { autoSubscribe: listening });
    } catch {
      this.over = true;
      this.tell("trouble", { sentence: SENTENCES.server });
      this.tell("end", { sentence: SENTENCES.server });
      throw new Error(SENTENCES.server);
    }
    for (const who of room.remoteParticipants.values()) this.#onAgent(who);
    this.tell("joined");
  }

  /** Turn the microphone on or off; a call goes on without one. */
  async microphone(on) {
    try {
      await this.room.localParticipant.setMicrophoneEnabled(on);
      this.tell("microphone", { on });
    } catch (error) {
      const name = error && error.name;
      const why =
        name === "NotAllowedError" || name === "SecurityError" ? "refused"
        : name === "NotReadableError" || name === "AbortError" ? "busy"
        : "missing";
      this.tell("microphone", { on: false });
      this.tell("trouble", { sentence: SENTENCES[why], microphone: true });
    }
  }

  type(text) {
    return this.room.localParticipant.sendText(text, { topic: CHAT });
  }

  typing() {
    if (this.room && !this.over) {
      this.room.localParticipant.sendText(".", { topic: TYPING }).catch(() => {});
    }
  }

  press(key) {
    return this.room.localParticipant.publishDtmf(KEYS.indexOf(key), key);
  }

  async hangUp() {
    if (this.room) await this.room.disconnect();
  }

  #waitFor(milliseconds, then) {
    setTimeout(() => {
      if (!this.over) then();
    }, milliseconds);
  }

  // The agent's side

  #isAgent(who) {
    return Boolean(who) && who.kind === LiveKit.ParticipantKind.AGENT;
  }

  #onAgent(who) {
    if (!this.#isAgent(who)) return;
    const another = this.agent && this.agent !== who.identity;
    if (this.agent !== who.identity) this.sequence = 0;
    this.agent = who.identity;
    this.tell("agent", { state: who.attributes[AGENT_STATE] || "" });
    if (another) this.tell("news", { sentence: SENTENCES.taken });
    if (this.early.has(who.identity)) {
      this.#onSnapshot(this.early.get(who.identity));
      this.early.delete(who.identity);
    }
    this.#onChanged(who.attributes, who);
  }

  #onGone(who) {
    if (!this.#isAgent(who) || who.identity !== this.agent) return;
    this.#waitFor(2500, () => {
      if (this.agent === who.identity && !this.room.remoteParticipants.has(who.identity)) {
        this.tell("trouble", { sentence: SENTENCES.broken });
      }
    });
  }

  #onChanged(changed, who) {
    if (!this.#isAgent(who)) return;
    if (AGENT_STATE in changed) this.tell("agent", { state: changed[AGENT_STATE] });
  }

  async #onFlow(reader, who) {
    let text;
    try {
      text = await reader.readAll();
    } catch {
      return; // the line was cut in its middle
    }
    const sender = this.room.remoteParticipants.get(who.identity);
    if (!sender) this.early.set(who.identity, text);
    else if (this.#isAgent(sender)) this.#onSnapshot(text);
  }

  #onSnapshot(text) {
    let snapshot;
    try {
      snapshot = JSON.parse(text);
    } catch {
      return;
    }
    if (snapshot.epoch !== this.agent || snapshot.seq <= this.sequence) return;
    const caughtUp = this.sequence === 0 && snapshot.said.length > 0;
    this.sequence = snapshot.seq;
    this.tell("snapshot", { snapshot, caughtUp });
  }

  async #onWords(reader, who) {
    const given = reader.info.attributes || {};
    const segment = given["lk.segment_id"] || reader.info.id;
    const caller = !this.#isAgent(this.room.remoteParticipants.get(who.identity));
    const final = () => given["lk.transcription_final"] === "true";
    let said = "";
    try {
      for await (const part of reader) {
        said += part;
        this.tell("words", { segment, caller, text: said, final: false });
      }
    } catch {
      // what was cut off stays as far as it was said
    }
    this.tell("words", { segment, caller, text: said, final: caller ? final() : true });
  }

  // Sound

  #onTrack(track) {
    if (track.kind !== "audio") return;
    const sound = track.attach();
    sound.hidden = true;
    document.body.append(sound);
    this.room.startAudio().catch(() => {});
  }

  #onSpeakers(speakers) {
    const me = this.room.localParticipant.identity;
    const levels = { caller: 0, agent: 0 };
    for (const who of speakers) {
      const side = this.#isAgent(who) ? "agent" : "caller";
      if (side === "caller" && who.identity !== me && !who.isLocal && this.room.localParticipant.permissions?.canPublish) continue;
      levels[side] = Math.max(levels[side], who.audioLevel || 0.05);
    }
    this.tell("levels", levels);
  }

  // The connection

  #onBack() {
    this.tell("news", { sentence: SENTENCES.back, back: true });
    for (const who of this.room.remoteParticipants.values()) this.#onAgent(who);
  }

  #onEnd(reason) {
    if (this.over) return;
    this.over = true;
    const { DisconnectReason } = LiveKit;
    const properly = [DisconnectReason.CLIENT_INITIATED, DisconnectReason.ROOM_DELETED];
    this.tell("end", { sentence: properly.includes(reason) ? SENTENCES.over : SENTENCES.gone, properly: properly.includes(reason) });
    for (const sound of document.querySelectorAll("body > audio")) sound.remove();
  }
}
