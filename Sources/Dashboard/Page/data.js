// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// What the page knows of a run, and how it learns what is new.

const base = "/api/v1";
const embedded = document.getElementById("kept");

/**
 * What a file has that was written to be sent (inspect --html): the answers of its time by their paths,
 * pictures and films as addresses that hold them. null where a server answers.
 */
export const kept = embedded ? JSON.parse(embedded.textContent) : null;
embedded?.remove();

const missing = [
  ["/generations/", "the rollouts of this generation are not in this file"],
  ["/evaluations/", "this controller is not in this file"],
  ["/films/", "it is not in this file, which has the films that were kept in the run's directory when it was written"],
];

function keptAnswer(path) {
  const name = decodeURIComponent(path);
  if (Object.hasOwn(kept.answers, name)) return kept.answers[name];
  const [, reason] = missing.find(([part]) => name.includes(part)) ?? ["", "it is not in this file"];
  throw new Error(`${reason}.`);
}

/** Where a picture or a film is; undefined where a file has it not. */
export function address(path) {
  return kept ? kept.media[decodeURIComponent(path)] : base + path;
}

/** Reads a resource; the browser asks again by its version alone. */
export async function read(path) {
  if (kept) return keptAnswer(path);
  const answer = await fetch(base + path, { cache: "no-cache" });
  if (!answer.ok) {
    let reason = answer.statusText;
    try { reason = (await answer.json()).error ?? reason; } catch { /* no JSON */ }
    throw new Error(`${path}: ${answer.status} ${reason}`);
  }
  return answer.json();
}

/** A run: its generations, evaluations and events, of which only new ones are read. */
export class Run {
  constructor(name) {
    this.name = name;
    this.path = `/runs/${encodeURIComponent(name)}`;
    this.forget();
  }

  forget() {
    this.detail = null;
    this.generations = [];
    this.evaluations = [];
    this.events = [];
    this.losses = [];
    this.tails = null;
    this.cluster = null;
    this.pulse = null;
  }

  read(path) { return read(this.path + path); }

  async begin() {
    this.detail = await this.read("");
  }

  /** Reads what a pulse says is new; tells which parts have changed. */
  async follow(pulse) {
    const known = this.pulse ?? {};
    const changed = new Set();
    // A run that has gone back is another run of the same name.
    if (this.pulse && (pulse.generation < known.generation || pulse.event < known.event)) {
      this.forget();
      await this.begin();
      return this.follow(pulse).then((all) => all.add("settings"));
    }
    const work = [];
    const last = (list) => (list.length ? list[list.length - 1].generation : 0);
    if (pulse.generation !== known.generation) {
      work.push(this.read(`/generations?after=${last(this.generations)}`).then((answer) => {
        this.generations.push(...answer.generations);
        changed.add("generations");
      }));
    }
    if (pulse.evaluation !== known.evaluation) {
      work.push(this.read(`/evaluations?after=${last(this.evaluations)}`).then((answer) => {
        this.evaluations.push(...answer.evaluations.filter((one) => one.mean !== undefined));
        changed.add("evaluations");
      }));
    }
    if (pulse.generation !== known.generation || pulse.evaluation !== known.evaluation) {
      work.push(this.read("/tail?generations=10").then((answer) => {
        this.tails = answer;
        changed.add("tail");
      }));
    }
    if (pulse.event !== known.event) {
      const after = this.events.length ? this.events[this.events.length - 1].number : 0;
      work.push(this.read(`/events?after=${after}`).then((answer) => {
        this.events.push(...answer.events);
        this.events.splice(0, Math.max(0, this.events.length - 5000));
        changed.add("events");
      }));
    }
    if (pulse.losses !== known.losses) {
      work.push(this.read("/losses").then((answer) => {
        this.losses = answer.losses;
        changed.add("losses");
      }));
    }
    await Promise.all(work);
    this.pulse = pulse;
    return changed;
  }

  async readCluster() {
    this.cluster = await this.read("/cluster");
  }
}

/**
 * The stream of a run. A connection that says nothing for a while is begun anew: after a laptop's
 * sleep, or where a coordinator was killed, no error may ever come.
 */
export class Stream {
  constructor(run, { onState, onLink }) {
    this.url = `${base}/stream?run=${encodeURIComponent(run.name)}`;
    this.onState = onState;
    this.onLink = onLink;
    this.heard = 0;
    this.wake = () => { if (!document.hidden) this.check(); };
    document.addEventListener("visibilitychange", this.wake);
    window.addEventListener("online", this.wake);
    this.watch = setInterval(() => this.check(), 3000);
    this.open();
  }

  open() {
    this.source?.close();
    this.heard = Date.now();
    this.source = new EventSource(this.url);
    const hear = () => { this.heard = Date.now(); };
    this.source.addEventListener("open", hear);
    this.source.addEventListener("beat", () => { hear(); this.onLink(true); });
    this.source.addEventListener("pulse", (event) => {
      hear();
      this.onLink(true);
      this.onState(JSON.parse(event.data));
    });
    this.source.addEventListener("error", () => this.onLink(false));
  }

  check() {
    // The browser gives up for good where it was refused, as by a program that was starting.
    const isGone = this.source.readyState === EventSource.CLOSED;
    if (isGone || Date.now() - this.heard > 15000) {
      this.onLink(false);
      this.open();
    }
  }

  close() {
    clearInterval(this.watch);
    document.removeEventListener("visibilitychange", this.wake);
    window.removeEventListener("online", this.wake);
    this.source.close();
  }
}
