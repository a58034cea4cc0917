// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// Draws the frames of a dream, and tells the server which keys are down.

const keys = {
  ArrowLeft: "left", KeyA: "left", ArrowRight: "right", KeyD: "right",
  ArrowUp: "gas", KeyW: "gas", ArrowDown: "brake", KeyS: "brake",
};
const words = { KeyR: "again", KeyN: "next" };
const find = (id) => document.getElementById(id);
const side = 64;

class Player {
  constructor() {
    this.context = find("scene").getContext("2d", { willReadFrequently: true });
    this.image = this.context.createImageData(side, side);
    this.held = new Set();
    // Messages go one after another: a release must not overtake its press.
    this.queue = Promise.resolve();
    addEventListener("keydown", (event) => this.key(event, true));
    addEventListener("keyup", (event) => this.key(event, false));
    // Who looks elsewhere drives no more.
    addEventListener("blur", () => this.releaseAll());
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.releaseAll(); });
    for (const button of document.querySelectorAll("[data-key]")) {
      const set = (isDown) => (event) => { event.preventDefault(); this.set(button.dataset.key, isDown); };
      button.addEventListener("pointerdown", set(true));
      for (const name of ["pointerup", "pointerleave", "pointercancel"]) button.addEventListener(name, set(false));
    }
    for (const button of document.querySelectorAll("[data-say]")) {
      button.addEventListener("click", () => this.say(button.dataset.say));
    }
    find("reconnect").addEventListener("click", () => this.connect());
    this.connect();
  }

  connect() {
    this.stream?.close();
    this.visit = null;
    this.held.clear();
    find("reconnect").hidden = true;
    this.stream = new EventSource("/api/v1/stream");
    this.stream.addEventListener("begin", (event) => {
      const { visit, title } = JSON.parse(event.data);
      this.visit = visit;
      this.held.clear();
      this.show("trouble", null);
      find("title").textContent = title;
      this.tellLink(true);
    });
    this.stream.addEventListener("frame", (event) => this.draw(JSON.parse(event.data)));
    this.stream.addEventListener("error", () => {
      this.visit = null;
      this.tellLink(false);
      // The server said no: it is not asked again until a person wants it.
      if (this.stream.readyState === EventSource.CLOSED) {
        this.show("trouble", "Somebody drives in this dream already, or the program has ended.");
        find("reconnect").hidden = false;
      }
    });
  }

  tellLink(isLive) {
    find("link").className = `link ${isLive ? "live" : "lost"}`;
    find("link").textContent = isLive ? "live" : "connection lost";
  }

  show(id, text) {
    find(id).hidden = text === null;
    find(id).textContent = text ?? "";
  }

  draw({ state, pixels }) {
    const bytes = atob(pixels);
    const target = this.image.data;
    for (let pixel = 0; pixel < side * side; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        target[4 * pixel + channel] = bytes.charCodeAt(3 * pixel + channel);
      }
      target[4 * pixel + 3] = 255;
    }
    this.context.putImageData(this.image, 0, 0);
    find("return").textContent = state.predictedReturn.toFixed(1);
    find("reward").textContent = state.reward.toFixed(2);
    find("end").textContent = `${(100 * state.endProbability).toFixed(1)} %`;
    find("episode").textContent = state.episode;
    find("steps").textContent = state.steps;
    this.show("over", state.over ? `Over: ${state.over}` : null);
    for (const button of document.querySelectorAll("[data-key]")) {
      button.setAttribute("aria-pressed", state.keys.includes(button.dataset.key));
    }
    document.body.dataset.steps = state.steps;
    document.body.dataset.keys = state.keys.join(" ");
    document.body.dataset.action = state.action.join(" ");
  }

  key(event, isDown) {
    if (isDown && (event.ctrlKey || event.metaKey || event.altKey)) return;
    const key = keys[event.code];
    if (key) {
      event.preventDefault();
      if (!event.repeat) this.set(key, isDown);
    } else if (isDown && !event.repeat && words[event.code]) {
      this.say(words[event.code]);
    }
  }

  set(key, isDown) {
    if (this.held.has(key) === isDown) return;
    if (isDown) this.held.add(key); else this.held.delete(key);
    this.tell({ key, down: isDown });
  }

  releaseAll() {
    for (const key of [...this.held]) this.set(key, false);
  }

  say(word) {
    this.held.clear();
    this.tell({ say: word });
  }

  tell(message) {
    const { visit } = this;
    if (!visit) return;
    this.queue = this.queue.then(() => fetch("/api/v1/keys", {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ visit, ...message }),
    })).catch(() => { /* The stream tells that the connection is lost. */ });
  }
}

new Player();
