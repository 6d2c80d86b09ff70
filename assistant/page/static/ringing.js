// A telephone's ring: two short tones again and again, until somebody answers.

const AGAIN = 2500;
const TONES = [[0, 660], [0.25, 880]]; // seconds from the beginning, and pitch

export class Ringing {
  /** `changed(allowed)` is told whether the browser lets the page be heard: not before a click or a key. */
  constructor(changed) {
    this.context = new AudioContext();
    this.context.onstatechange = () => changed(this.isAllowed());
    this.again = 0;
    changed(this.isAllowed());
  }

  isAllowed() {
    return this.context.state !== "suspended";
  }

  /** To be asked for by a click or a key. */
  allow() {
    return this.context.resume().catch(() => {});
  }

  ring(on) {
    if (on === (this.again !== 0)) return;
    clearInterval(this.again);
    this.again = on ? setInterval(() => this.#once(), AGAIN) : 0;
    if (on) this.#once();
  }

  #once() {
    if (this.context.state !== "running") return; // or all that is missed would sound together later
    const now = this.context.currentTime;
    for (const [start, pitch] of TONES) {
      const tone = this.context.createOscillator();
      const level = this.context.createGain();
      level.gain.value = 0.08;
      tone.frequency.value = pitch;
      tone.connect(level).connect(this.context.destination);
      tone.start(now + start);
      tone.stop(now + start + 0.2);
    }
  }

  close() {
    this.ring(false);
    this.context.onstatechange = null;
    this.context.close().catch(() => {});
  }
}
