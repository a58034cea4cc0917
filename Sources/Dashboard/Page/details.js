// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// One generation, and the cluster.

import { Chart } from "./charts.js";
import { kept } from "./data.js";
import { clear, count, el, ending, fixed, isNumber, percent, time } from "./format.js";
import { HeatMap } from "./heatmaps.js";
import { Timeline } from "./timeline.js";
import { Table } from "./views.js";

/** A generation that was chosen: which tracks were hard, which candidates good, who drove when. */
export class GenerationSection {
  constructor() {
    this.section = document.getElementById("generation");
    this.title = this.section.querySelector("h2");
    this.title.tabIndex = -1;
    this.map = new HeatMap("Returns: candidates from best to worst, tracks from hard to easy", { cellHeight: 6 });
    this.sorted = new Chart("The candidates' mean returns, sorted", { height: 240 });
    this.timeline = new Timeline("Tasks by core");
    const button = (name, act) => el("button", { type: "button", on: { click: act } }, name);
    this.before = button("Earlier", () => this.open(this.run, this.number - 1));
    this.after = button("Later", () => this.open(this.run, this.number + 1));
    this.close = button("Close", () => { this.section.hidden = true; this.number = null; });
    this.section.append(el("div", { class: "row" }, this.before, this.after, this.close),
      el("div", { class: "grid" }, this.map.figure, this.sorted.figure), this.timeline.figure);
    this.number = null;
  }

  /** Shows a generation; of one under way what there is. */
  async open(run, number, { moves = true } = {}) {
    const last = run.generations.length ? run.generations[run.generations.length - 1].generation : 0;
    if (number < 1 || number > last + 1) return;
    this.run = run;
    this.number = number;
    const detail = await run.read(`/generations/${number}`);
    if (this.number !== number) return;
    this.section.hidden = false;
    this.title.textContent = `Generation ${number}${number > last ? ", under way" : ""}`;
    this.before.disabled = number <= 1;
    this.after.disabled = number > last;
    this.draw(detail);
    if (moves) {
      this.section.scrollIntoView();
      this.title.focus({ preventScroll: true });
    }
  }

  draw(detail) {
    const rows = new Map();
    detail.candidate.forEach((candidate, i) => {
      if (!rows.has(candidate)) rows.set(candidate, { candidate, cells: [] });
      rows.get(candidate).cells[detail.repetition[i]] = i;
    });
    const value = (i) => (i === undefined ? null : detail.episodeReturn[i]);
    const mean = (list) => {
      const found = list.filter(isNumber);
      return found.length ? found.reduce((sum, one) => sum + one, 0) / found.length : null;
    };
    const candidates = [...rows.values()];
    for (const one of candidates) one.mean = mean(one.cells.map(value));
    candidates.sort((a, b) => (b.mean ?? -Infinity) - (a.mean ?? -Infinity));
    const tracks = detail.trackSeeds.map((seed, repetition) => ({
      seed, repetition, mean: mean(candidates.map((one) => value(one.cells[repetition]))),
    })).sort((a, b) => (a.mean ?? Infinity) - (b.mean ?? Infinity));
    const cell = (i, j) => candidates[i].cells[tracks[j].repetition];
    this.map.set({
      rows: candidates.map((one) => tracks.map((track) => value(one.cells[track.repetition]) ?? null)),
      rowName: (i) => `candidate ${candidates[i].candidate}`, rowLabel: "candidate",
      columnName: (j) => `track ${tracks[j].seed}`,
      text: (i, j) => {
        const at = cell(i, j);
        const start = `Candidate ${candidates[i].candidate} (mean ${fixed(candidates[i].mean)}) on track ${tracks[j].seed} (mean ${fixed(tracks[j].mean)})`;
        return at === undefined ? `${start}: not driven yet`
          : `${start}: ${fixed(detail.episodeReturn[at])}, ${ending(detail.end[at])} after ${detail.steps[at]} steps, ${percent(detail.tileShare[at])} of the tiles`;
      },
      hint: "Arrow keys or the pointer read cells.",
    });
    this.sorted.set({
      xLabel: "rank", fromZero: false,
      series: [{ name: "mean return", points: candidates.map((one, i) => [i + 1, one.mean]) }],
      xText: (x) => `rank ${x}, candidate ${candidates[x - 1]?.candidate}`,
    });
    this.timeline.set(detail);
  }
}

/** Hosts and workers, who has driven, and who is not believed. */
export class ClusterSection {
  constructor() {
    this.section = document.getElementById("cluster");
    this.figures = el("dl", { class: "figures" });
    const number = (name, value, text) => ({ name, kind: "number", value, text });
    this.workers = new Table("Workers", [
      { name: "host", value: (row) => row.host },
      { name: "process", value: (row) => row.process },
      { name: "state", value: (row) => row.state },
      number("cores", (row) => row.cores, (row) => `${row.cores} of ${row.wantedCores}`),
      number("steps/s", (row) => row.stepsPerSecond, (row) => count(row.stepsPerSecond)),
      number("busy", (row) => row.busyShare, (row) => percent(row.busyShare)),
      number("has", (row) => row.outstanding),
      number("done", (row) => row.completed, (row) => count(row.completed)),
      number("errors", (row) => row.errors),
      number("last heard", (row) => row.secondsSinceHeard, (row) => `${fixed(row.secondsSinceHeard)} s`),
      { name: "processor", value: (row) => row.fingerprint },
    ]);
    this.drivers = new Table("Who has driven", [
      { name: "worker", value: (row) => row.name },
      number("rollouts", (row) => row.rollouts, (row) => count(row.rollouts)),
      number("steps", (row) => row.steps, (row) => count(row.steps)),
      { name: "first result", value: (row) => row.firstSeen, text: (row) => time(row.firstSeen) },
      { name: "last result", value: (row) => row.lastSeen, text: (row) => time(row.lastSeen) },
    ]);
    this.peers = new Table("Refused and disagreeing peers", [
      { name: "since", value: (row) => row.since, text: (row) => time(row.since) },
      { name: "what", value: (row) => row.what },
      { name: "about whom", kind: "wrap", value: (row) => row.message },
    ]);
    this.live = el("div", {}, el("h3", {}, "Connected workers"), this.workers.element);
    this.liveNote = el("p", { class: "note" });
    this.section.append(this.figures, this.live, this.liveNote,
      el("div", { class: "grid" },
        el("div", {}, el("h3", {}, "Who has driven"), this.drivers.element),
        el("div", {}, el("h3", {}, "Refused and disagreeing peers"), this.peers.element)));
  }

  show(run, state) {
    const { cluster } = run;
    if (!cluster) return;
    this.live.hidden = !cluster.workers;
    this.liveNote.hidden = Boolean(cluster.workers);
    this.liveNote.textContent = kept ? "Workers that were connected are not in this file: the coordinator's own page (coordinator --dashboard) shows them."
      : state.state === "driven" ? "A coordinator drives this run in another process. This page reads the run's database, which has who has driven; which workers are connected now is seen on the coordinator's own page (coordinator --dashboard)."
      : "Nobody drives this run now, as far as this host can tell. While a coordinator does, its own page (coordinator --dashboard) shows the workers that are connected.";
    clear(this.figures);
    if (cluster.workers) {
      const figure = (name, value, isBad = false) => this.figures.append(el("div", {}, el("dt", {}, name),
        el("dd", { class: isBad ? "bad" : null }, isBad ? `! ${value}` : value)));
      const { counters } = cluster;
      const sum = (value) => cluster.workers.reduce((total, one) => total + value(one), 0);
      figure("Workers wanted", `${cluster.workersWanted}`);
      figure("Cores", `${sum((one) => one.cores)} of ${sum((one) => one.wantedCores)} wanted`);
      figure("Tasks", `${count(counters.openTasks)} open, ${count(counters.outstanding)} out`);
      figure("Repeated", `${count(counters.speculated)} copies, ${count(counters.requeued)} requeued`);
      figure("Second results", `${count(counters.duplicates)} equal, ${count(counters.late)} late`);
      figure("Disagreements", count(counters.disagreements), counters.disagreements > 0);
      figure("Workers lost", count(counters.deaths));
      figure("Refused", `${count(counters.unauthenticated)} connections, ${count(counters.malformed)} messages`);
      this.workers.set(cluster.workers);
    }
    this.drivers.set(cluster.drivers);
    const kinds = new Set(["refused", "disagreed", "undecided", "quarantined", "unauthenticated", "malformed", "set-aside"]);
    this.peers.set([
      ...cluster.quarantines.map((one) => ({
        since: one.since, what: one.lasts ? "in quarantine" : "was in quarantine",
        message: `${one.party}: ${one.reason} (${one.workers})${one.until ? `, until ${time(one.until)}` : ""}`,
      })),
      ...run.events.filter((one) => kinds.has(one.kind)).map((one) => ({ since: one.time, what: one.kind, message: one.message })).reverse(),
    ]);
  }
}
