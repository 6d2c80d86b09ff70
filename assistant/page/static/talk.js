// A colleague on a caller's line: into their room with a microphone, and out of it again.
import { post, Trouble } from "./api.js";
import { ticking } from "./conversation.js";
import { el, tell } from "./dom.js";
import { voice } from "./voice.js";

const LiveKit = window.LivekitClient;
const SOUND = { echoCancellation: true, noiseSuppression: true };
const AWAY = "The call can't be joined: the telephone exchange (the LiveKit server) doesn't answer.";
const DEAF = "The microphone isn't allowed or is missing, so the caller wouldn't hear you: allow it beside the address or plug one in, then answer again.";
const LOST = "The connection is lost. Stay on the line: it comes back by itself if it can.";
const TAKEN = "Somebody else has taken that call, or its caller waits no more.";

export class Talk {
  /** `say` shows a trouble, or none; `over` is told once it is over. */
  constructor(each, { say, over }) {
    this.call = each.call;
    this.say = say;
    this.over = over;
    this.room = null;
    this.microphone = null;
    this.ended = false;
    this.caller = voice("The caller");
    this.you = voice("You");
    this.status = el("p", { class: "meta", text: "Joining …" });
    this.time = el("span", { class: "time" });
    this.mute = el("button", { class: "round", type: "button", "aria-pressed": "false", disabled: true, onclick: () => this.#onMute() }, "Mute");
    this.hang = el("button", { class: "round hang", type: "button", onclick: () => this.leave() }, "Leave the call");
    this.view = el("section", { class: "talking", "aria-label": "Your call" }, this.status,
      el("div", { class: "voices" }, this.caller.box, this.time, this.you.box),
      el("ul", { class: "brief" }, each.brief.map((line) => el("li", { text: line }))),
      el("div", { class: "controls" }, this.mute, this.hang));
  }

  isOn() {
    return this.room !== null;
  }

  /** The microphone first: a caller is put to nobody whom they can't hear. */
  async join() {
    try {
      this.microphone = await LiveKit.createLocalAudioTrack(SOUND);
    } catch {
      this.#end("", DEAF);
      return;
    }
    try {
      const { server_url: url, participant_token: token } = await post("/api/answer", { call: this.call });
      if (this.ended) return;
      this.room = new LiveKit.Room();
      this.#listen();
      await this.room.connect(url, token);
      await this.room.localParticipant.publishTrack(this.microphone);
    } catch (error) {
      this.#end("", error instanceof Trouble ? error.message : AWAY);
      return;
    }
    this.status.textContent = "You are talking to the caller. The assistant is silent until you leave.";
    this.time.replaceChildren(ticking(0));
    this.mute.disabled = false;
    this.hang.focus();
    tell("You are talking to the caller.");
  }

  #listen() {
    const { room } = this;
    const { RoomEvent } = LiveKit;
    room
      .on(RoomEvent.TrackSubscribed, (track) => {
        if (track.kind !== "audio") return;
        const heard = track.attach();
        heard.hidden = true;
        this.view.append(heard);
        room.startAudio().catch(() => {});
      })
      .on(RoomEvent.ActiveSpeakersChanged, (speakers) => {
        const levels = { caller: 0, you: 0 };
        for (const who of speakers) levels[who.isLocal ? "you" : "caller"] = who.audioLevel || 0.05;
        this.caller.level(levels.caller);
        this.you.level(levels.you);
      })
      .on(RoomEvent.Reconnecting, () => this.say(LOST))
      .on(RoomEvent.Reconnected, () => this.say(""))
      .on(RoomEvent.Disconnected, (reason) => {
        if (reason === LiveKit.DisconnectReason.PARTICIPANT_REMOVED) this.#end("", TAKEN);
        else this.#end("The call is over.");
      });
  }

  async #onMute() {
    const on = this.microphone.isMuted;
    await (on ? this.microphone.unmute() : this.microphone.mute());
    this.mute.textContent = on ? "Mute" : "Unmute";
    this.mute.setAttribute("aria-pressed", String(!on));
    this.you.note.textContent = on ? "" : "microphone off";
  }

  leave() {
    this.#end("You have left the call.");
  }

  #end(sentence, trouble = "") {
    if (this.ended) return;
    this.ended = true;
    if (this.microphone) this.microphone.stop();
    if (this.room) this.room.disconnect().catch(() => {});
    for (const time of this.time.children) time.dataset.stopped = "1";
    this.room = null;
    if (trouble) this.say(trouble);
    this.over(sentence);
  }
}
