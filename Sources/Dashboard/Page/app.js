// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// Chooses runs, listens to what happens, and tells the sections.

import { kept, read, Run, Stream } from "./data.js";
import { ClusterSection, GenerationSection } from "./details.js";
import { el, time } from "./format.js";
import { EventsSection, FilmsSection, ModelsSection, ReturnsSection, SearchSection, showSettings, StateSection, TailSection } from "./sections.js";

// A page that stands in another one's frame, or comes from a file, may have nowhere to remember it.
const memory = {
  get theme() { try { return localStorage.getItem("theme"); } catch { return null; } },
  set theme(name) { try { localStorage.setItem("theme", name); } catch { /* until it is closed */ } },
};

const themes = { auto: "as the system", light: "light", dark: "dark" };

class App {
  constructor() {
    this.generation = new GenerationSection();
    this.films = new FilmsSection();
    this.sections = {
      state: new StateSection(),
      returns: new ReturnsSection((number) => this.try(() => this.generation.open(this.run, number))),
      tail: new TailSection((seed) => this.films.film(seed)),
      search: new SearchSection(), cluster: new ClusterSection(), models: new ModelsSection(),
      events: new EventsSection(),
    };
    this.runs = new Map();
    this.others = [];
    this.queue = Promise.resolve();
    this.choice = document.getElementById("run");
    this.choice.addEventListener("change", () => this.try(() => this.choose(this.choice.value)));
    this.prepareTheme();
    if (kept) this.tellOfFile();
  }

  /** What is written stays as it is: it says of when, and what it has not. */
  tellOfFile() {
    document.getElementById("link").textContent = `as of ${time(kept.written)}`;
    const note = document.getElementById("file-note");
    note.hidden = false;
    note.textContent = `This file was written by ${kept.program} at ${time(kept.written)} and asks nobody for anything. Nothing in it is live: `
      + "workers that were connected are not in it, nor films that nobody had made."
      + (kept.absent.length ? ` Left out because it would be too much: ${kept.absent.join("; ")}.` : "");
  }

  async begin() {
    const { runs } = await read("/runs");
    this.choice.replaceChildren(...runs.map((run) => el("option", { value: run.name }, run.error ? `${run.name} (cannot be read)` : run.name)));
    const wanted = new URLSearchParams(location.search).get("run");
    const found = runs.find((run) => run.name === wanted) ?? runs.find((run) => run.state?.state !== "resting" && !run.error) ?? runs[0];
    if (!found) throw new Error("there is no run to show");
    document.getElementById("others").hidden = runs.length < 2;
    this.names = runs.map((run) => run.name);
    this.choice.value = found.name;
    await this.choose(found.name);
  }

  async choose(name) {
    this.stream?.close();
    this.generation.section.hidden = true;
    this.run = this.runs.get(name) ?? new Run(name);
    this.runs.set(name, this.run);
    this.run.forget();
    if (!kept) history.replaceState(null, "", `?run=${encodeURIComponent(name)}${location.hash}`);
    document.title = `${name} · worldmodels`;
    await this.run.begin();
    showSettings(this.run);
    this.films.show(this.run);
    this.others = this.others.filter((other) => other !== this.run);
    this.showCompare();
    this.lastState = null;
    this.hasDrawn = false;
    if (kept) {
      this.take(this.run.detail.head.state);
      return;
    }
    this.stream = new Stream(this.run, {
      onState: (state) => this.take(state),
      onLink: (isLive) => {
        const link = document.getElementById("link");
        link.className = `link ${isLive ? "live" : "lost"}`;
        link.textContent = isLive ? "live" : "connection lost, trying again";
      },
    });
  }

  /** Of states that come faster than they are read, the last one counts. */
  take(state) {
    this.waiting = state;
    this.queue = this.queue.then(async () => {
      if (this.waiting !== state) return;
      const isRead = await this.try(() => this.follow(state));
      // What could not be read now is asked for again, unless something newer came.
      if (!isRead) setTimeout(() => { if (this.waiting === state) this.take(state); }, 3000);
    });
  }

  async follow(state) {
    const { run } = this;
    this.sections.state.show(run, state);
    const changed = await run.follow(state.pulse);
    if (run !== this.run) return;
    if (changed.has("settings")) showSettings(run);
    const isFirst = !this.hasDrawn;
    this.hasDrawn = true;
    const has = (...names) => isFirst || names.some((name) => changed.has(name));
    if (has("generations", "evaluations")) this.sections.returns.show(run, this.others);
    if (has("generations")) this.sections.search.show(run);
    if (has("evaluations")) this.sections.search.showEvaluations(run);
    if (has("tail")) this.sections.tail.show(run);
    if (has("losses")) this.sections.models.show(run);
    if (has("events")) this.sections.events.show(run);
    // Live figures change by the second: a person reads them every few.
    const now = Date.now();
    if (isFirst || changed.size || (state.live && now - (this.clusterRead ?? 0) > 2000)) {
      this.clusterRead = now;
      await run.readCluster();
      this.sections.cluster.show(run, state);
    }
    const { number, section } = this.generation;
    if (!section.hidden && number > (this.lastState?.pulse.generation ?? 0) && number <= state.pulse.generation + 1) {
      await this.generation.open(run, number, { moves: false });
    }
    this.lastState = state;
    for (const other of this.others) await this.refresh(other);
    document.body.dataset.generation = state.pulse.generation;
  }

  /** Another run laid over this one: read again with each change of this one, as far as it is new. */
  async refresh(other) {
    const { state } = await other.read("").then((detail) => detail.head);
    if (!state) return;
    const changed = await other.follow(state.pulse);
    if (changed.size) this.sections.returns.show(this.run, this.others);
  }

  showCompare() {
    const box = document.getElementById("compare");
    box.replaceChildren(...this.names.filter((name) => name !== this.run.name).map((name) => {
      const input = el("input", { type: "checkbox", value: name, checked: this.others.some((other) => other.name === name) });
      input.addEventListener("change", () => this.try(() => this.compare(name, input.checked)));
      return el("label", {}, input, ` ${name}`);
    }));
  }

  async compare(name, isShown) {
    this.others = this.others.filter((other) => other.name !== name);
    if (isShown) {
      const other = this.runs.get(name) ?? new Run(name);
      this.runs.set(name, other);
      this.others.push(other);
      await this.refresh(other);
    }
    this.sections.returns.show(this.run, this.others);
  }

  async try(work) {
    const trouble = document.getElementById("trouble");
    try {
      await work();
      trouble.hidden = true;
      return true;
    } catch (error) {
      // A coordinator that is started again answers soon; what is wrong with the run it says.
      trouble.hidden = false;
      trouble.textContent = error instanceof TypeError ? "The program does not answer; trying again." : error.message;
      return false;
    }
  }

  prepareTheme() {
    const button = document.getElementById("theme");
    const apply = (theme) => {
      if (theme === "auto") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = theme;
      button.textContent = `Theme: ${themes[theme]}`;
    };
    let theme = memory.theme ?? "auto";
    if (!(theme in themes)) theme = "auto";
    apply(theme);
    button.addEventListener("click", () => {
      const names = Object.keys(themes);
      theme = names[(names.indexOf(theme) + 1) % names.length];
      memory.theme = theme;
      apply(theme);
    });
  }
}

const app = new App();

async function begin() {
  // A program that has just started may not have its run yet.
  if (!await app.try(() => app.begin())) setTimeout(begin, 2000);
}

begin();
