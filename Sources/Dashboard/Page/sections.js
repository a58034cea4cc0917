// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// The page's sections: each is made once, and shows a run when it is told what has changed.

import { Chart } from "./charts.js";
import { address, kept } from "./data.js";
import { clear, count, duration, el, ending, fixed, isNumber, percent, precise, short, time } from "./format.js";
import { HeatMap } from "./heatmaps.js";
import { FilmView, Table } from "./views.js";

const section = (name) => document.getElementById(name);

/** The figures at the top. */
export class StateSection {
  constructor() {
    this.list = section("state").querySelector("dl");
    this.values = new Map();
    for (const name of ["State", "Generation", "Episodes of this one", "Best evaluation", "Steps a second",
      "Cores", "Time left", "Steps so far", "Time so far", "Seed", "Digest"]) {
      const value = el("dd", {}, "–");
      this.values.set(name, value);
      this.list.append(el("div", {}, el("dt", {}, name), value));
    }
    this.bar = el("progress", { max: 1, value: 0, "aria-label": "Episodes of this generation" });
  }

  show(run, state) {
    const set = (name, ...parts) => clear(this.values.get(name)).append(...parts);
    const setting = (name) => run.detail?.settings.find((one) => one.name === name)?.value;
    const names = { driven: kept ? "driven, when this was written" : "driven by another process", resting: "at rest" };
    set("State", names[state.state] ?? state.state);
    set("Generation", count(state.generation), state.generations ? ` of ${count(state.generations)}` : "");
    set("Episodes of this one", count(state.done), state.total ? ` of ${count(state.total)}` : "", this.bar);
    this.bar.value = state.total ? Math.min(1, state.done / state.total) : 0;
    set("Best evaluation", fixed(state.best), el("small", {}, state.bestGeneration ? ` after generation ${state.bestGeneration}` : ""));
    set("Steps a second", count(state.live?.stepsPerSecond ?? state.stepsPerSecond));
    set("Cores", state.live ? `${state.live.coresUsed} of ${state.live.coresWanted} wanted` : "–",
      el("small", {}, state.live ? `, ${state.live.workers} ${state.live.workers === 1 ? "worker" : "workers"}` : ""));
    set("Time left", duration(state.secondsLeft));
    set("Steps so far", short(state.totalSteps),
      el("small", {}, state.totalDreamSteps ? ` and ${short(state.totalDreamSteps)} in dreams` : ""));
    set("Time so far", duration(state.elapsed));
    set("Seed", setting("seed") ?? "–");
    set("Digest", el("small", {}, state.digest ? state.digest.slice(0, 16) : "–"));
  }
}

const axes = {
  generation: { name: "generation", value: (one) => one.generation, label: "generation" },
  steps: { name: "steps", value: (one) => (one.totalSteps ?? 0) / 1e6, label: "environment steps, in millions" },
  time: { name: "time", value: (one) => (one.elapsed ?? 0) / 3600, label: "hours" },
};

/** Returns and evaluations over the generations. */
export class ReturnsSection {
  constructor(onPick) {
    this.onPick = onPick;
    this.axis = "generation";
    const choices = Object.keys(axes).map((key) => el("label", {}, el("input", {
      type: "radio", name: "axis", value: key, checked: key === this.axis,
      on: { change: () => { this.axis = key; this.show(this.run, this.others); } },
    }), ` ${axes[key].name}`));
    this.chart = new Chart("Mean returns", { height: 360 });
    section("returns").append(
      el("fieldset", { class: "row" }, el("legend", {}, "Over"), choices), this.chart.figure);
  }

  show(run, others) {
    this.run = run;
    this.others = others;
    const axis = axes[this.axis];
    const line = (value, from = run) => from.generations.map((one) => [axis.value(one), value(one)]);
    // What M dreamt and what was driven have curves of their own.
    const isDream = (one) => isNumber(one.dreamTemperature);
    const dreams = run.generations.some(isDream);
    const kinds = dreams
      ? [[" in dreams", isDream, 0], [", driven", (one) => !isDream(one), 2]].filter(([, is]) => run.generations.some(is))
      : [["", () => true, 0]];
    const at = (from) => {
      const all = new Map(from.generations.map((one) => [one.generation, one]));
      return from.evaluations.map((one) => [axis.value(all.get(one.generation) ?? one), one])
        .filter(([place]) => isNumber(place));
    };
    const own = at(run);
    const series = [
      ...kinds.flatMap(([kind, is, turn]) => [
        ["best", 2, 1, (one) => one.best], ["median", 0, 0, (one) => one.quantiles[2]],
        ["mean", 5, 3, (one) => one.mean], ["worst", 4, 2, (one) => one.worst],
      ].map(([name, color, dash, value]) => ({
        name: name + kind, color, dash: (dash + turn) % 4,
        points: run.generations.filter(is).map((one) => [axis.value(one), value(one)]),
      }))),
      { name: `evaluation${dreams ? ", driven" : ""}, with its 95 % interval`, color: 1, marks: "diamond", points: own.map(([place, one]) => [place, one.mean]) },
    ];
    // What dreams promised beyond what was driven.
    const dreamt = new Map(run.generations.filter(isDream).map((one) => [one.generation, one.mean]));
    const gap = own.filter(([, one]) => dreamt.has(one.generation)).map(([place, one]) => [place, dreamt.get(one.generation) - one.mean]);
    if (gap.length) series.push({ name: "gap: mean in dreams less evaluation", color: 3, dash: 1, points: gap });
    others.forEach((other, i) => {
      const color = [3, 4, 2, 5][i % 4];
      const marks = ["square", "circle", "cross"][i % 3];
      series.push({ name: `${other.name}: median`, color, dash: (i + 1) % 4, points: line((one) => one.quantiles[2], other) });
      series.push({ name: `${other.name}: evaluation`, color, marks, points: at(other).map(([place, one]) => [place, one.mean]) });
    });
    const paper = run.detail?.paper;
    if (paper && this.axis === "steps") {
      const last = run.generations.length ? run.generations[run.generations.length - 1].totalSteps / 1e6 : 0;
      series.push({
        name: "the paper's run", color: 3, marks: "square",
        points: paper.curve.filter((one) => one.millionSteps <= Math.max(60, 2 * last)).map((one) => [one.millionSteps, one.mean]),
      });
    }
    const quantiles = (low, high) => run.generations.filter(kinds[0]?.[1] ?? isDream).map((one) => [axis.value(one), one.quantiles[low], one.quantiles[high]]);
    const byPlace = new Map(run.generations.map((one) => [axis.value(one), one.generation]));
    this.chart.set({
      xLabel: axis.label, series,
      bands: [
        { name: "eight in ten candidates", points: quantiles(0, 4) },
        { name: "half of them", points: quantiles(1, 3), inner: true },
      ],
      intervals: own.map(([x, one]) => ({ x, low: one.low, high: one.high, color: 1 })),
      references: paper ? [{ name: `Ha & Schmidhuber 2018: ${paper.mean}`, y: paper.mean }] : [],
      xText: (x) => (byPlace.has(x) ? `generation ${byPlace.get(x)}` : `${axis.label} ${precise(x)}`),
      pickText: "Arrow keys or the pointer read values; Enter or a click opens a generation.",
      onPick: (x) => { if (byPlace.has(x)) this.onPick(byPlace.get(x)); },
    });
  }
}

/** How episodes end, and the tracks that are hard. */
export class TailSection {
  constructor(onFilm) {
    this.figures = { evaluation: el("dl", { class: "figures" }), training: el("dl", { class: "figures" }) };
    const columns = (run) => [
      { name: "track", value: (row) => row.trackSeed },
      { name: "mean", kind: "number", value: (row) => row.mean, text: (row) => fixed(row.mean) },
      { name: "worst", kind: "number", value: (row) => row.worst, text: (row) => fixed(row.worst) },
      { name: "episodes", kind: "number", value: (row) => row.episodes },
      { name: "laps", kind: "number", value: (row) => row.finished },
      { name: "left the road", kind: "number", value: (row) => row.left },
      {
        name: "film", value: () => "", make: (row) => el("button", {
          type: "button", "data-key": `film-${row.trackSeed}`, on: { click: () => onFilm(row.trackSeed) },
          "aria-label": `Film track ${row.trackSeed}`,
        }, "Film"),
      },
    ];
    this.tables = {
      evaluation: new Table("Hardest evaluation tracks", columns(), { filters: false }),
      training: new Table("Hardest training tracks", columns(), { filters: false }),
    };
    section("tail").append(el("div", { class: "grid" }, ["evaluation", "training"].map((kind) => el("div", {},
      el("h3", {}, kind === "evaluation" ? "Evaluations" : "Candidates of the last generations"),
      this.figures[kind], el("h3", {}, "Hardest tracks"), this.tables[kind].element))));
  }

  show(run) {
    if (!run.tails) return;
    for (const kind of ["evaluation", "training"]) {
      const tail = run.tails[kind];
      const figure = (name, value) => el("div", {}, el("dt", {}, name), el("dd", {}, value));
      const ends = Object.entries(tail.ends).sort((a, b) => b[1] - a[1]).map(([end, number]) => `${ending(end)} ${count(number)}`).join(", ");
      clear(this.figures[kind]).append(
        figure("Laps finished", percent(tail.finishedShare)), figure("1st percentile", fixed(tail.firstPercentile)),
        figure("10th percentile", fixed(tail.tenthPercentile)), figure("Median", fixed(tail.median)),
        figure("Episodes", [count(tail.episodes), el("small", {}, ` from generation ${tail.from}`)]),
        figure("Ends", el("small", {}, ends || "–")));
      this.tables[kind].set(tail.hardest);
    }
  }
}

/** The search's distribution, and the controller that it has found. */
export class SearchSection {
  constructor() {
    const names = {
      sigma: "Step size (sigma)", path: "Length of the step size's path",
      deviations: "Spread of the coordinates' deviations", ratio: "Axis ratio",
    };
    this.charts = Object.fromEntries(Object.entries(names).map(([key, title]) => [key, new Chart(title, { height: 200 })]));
    this.weights = new HeatMap("The controller's weights", { cellHeight: 18 });
    this.choice = el("select", { on: { change: () => this.readWeights() } });
    section("search").append(
      el("div", { class: "grid" }, Object.values(this.charts).map((chart) => chart.figure)),
      el("div", { class: "row" }, el("label", {}, "Controller of the evaluation after generation ", this.choice)),
      this.weights.figure);
  }

  show(run) {
    this.run = run;
    const points = (value) => run.generations.map((one) => [one.generation, value(one)]);
    const set = (key, series, extra = {}) => this.charts[key].set({ xLabel: "generation", series, ...extra });
    set("sigma", [{ name: "sigma", points: points((one) => one.sigma) }], { fromZero: true });
    set("path", [{ name: "path length", points: points((one) => one.pathLength) }], { references: [{ name: "a random walk's", y: 1 }] });
    set("deviations", [
      { name: "greatest", color: 1, dash: 1, points: points((one) => one.greatestDeviation) },
      { name: "median", color: 0, points: points((one) => one.medianDeviation) },
      { name: "least", color: 2, dash: 2, points: points((one) => one.leastDeviation) },
    ], { fromZero: true });
    set("ratio", [{ name: "longest over shortest", points: points((one) => one.axisRatio) }]);
  }

  showEvaluations(run) {
    this.run = run;
    const known = this.choice.value;
    const last = run.evaluations.length ? String(run.evaluations[run.evaluations.length - 1].generation) : "";
    const wasLast = !known || known === this.last;
    this.last = last;
    this.choice.replaceChildren(...run.evaluations.map((one) => el("option", { value: one.generation }, `${one.generation} (${fixed(one.mean)})`)).reverse());
    this.choice.value = wasLast ? last : known;
    if (wasLast) this.readWeights();
  }

  async readWeights() {
    if (!this.choice.value) return;
    const answer = await this.run.read(`/evaluations/${this.choice.value}`);
    const rows = answer.weights.map((row, i) => [...row, answer.biases[i]]);
    const input = (j) => answer.columns[j] ?? "bias";
    this.weights.set({
      rows, isDiverging: true, rowName: (i) => answer.outputs[i], columnName: input, rowLabel: "output",
      text: (i, j) => `${answer.outputs[i]} from ${input(j)}: ${precise(rows[i][j])}`,
      hint: "Arrow keys or the pointer read weights; z is what V sees, h what M remembers; a hidden layer's units stand for these.",
    });
  }
}

/** The losses of V and M, and V's pictures. */
export class ModelsSection {
  constructor() {
    this.charts = { vae: new Chart("V: losses by epoch", { height: 240 }), mdrnn: new Chart("M: losses by epoch", { height: 240 }) };
    this.grid = el("div", { class: "grid" });
    this.none = el("p", { class: "note" });
    this.pictures = el("div", { class: "pictures" });
    section("models").append(this.none, this.grid, this.pictures);
  }

  show(run) {
    const models = Object.keys(this.charts).filter((model) => run.losses.some((one) => one.model === model));
    this.grid.replaceChildren(...models.map((model) => this.charts[model].figure));
    this.none.textContent = models.length ? "" : "No losses are stored: V and M were trained elsewhere.";
    for (const model of models) {
      const groups = new Map();
      for (const one of run.losses.filter((loss) => loss.model === model)) {
        const name = `${one.term}, ${one.split}`;
        if (!groups.has(name)) groups.set(name, []);
        groups.get(name).push([one.epoch, one.value]);
      }
      this.charts[model].set({
        xLabel: "epoch",
        series: [...groups].map(([name, points], i) => ({ name, points, color: i % 6, dash: i % 4 })),
      });
    }
    this.readPictures(run);
  }

  async readPictures(run) {
    const answer = await run.read("/pictures");
    const source = (name) => address(`${run.path}/pictures/${encodeURIComponent(name)}`);
    const last = (prefix) => answer.pictures.filter((name) => name.startsWith(prefix)).pop();
    const shown = [["vae-reconstructions", "Frames, and what V makes of them below each"], ["vae-samples", "What V imagines"]]
      .map(([prefix, text]) => [last(prefix), text]).filter(([name]) => name && source(name));
    this.pictures.replaceChildren(...shown.map(([name, text]) => el("figure", {},
      el("img", { src: source(name), alt: text, loading: "lazy" }),
      el("figcaption", {}, `${text} (${name})`))));
  }
}

/** Films of the best controller. */
export class FilmsSection {
  constructor() {
    this.seed = el("input", { type: "text", inputmode: "numeric", pattern: "[0-9]+", value: "1", size: 22 });
    this.drive = new FilmView("The drive");
    this.dream = new FilmView("What V and M make of it");
    this.note = el("p", { class: "note" }, "The best controller by evaluation on a track of your choice, by the program's own renderer; films are kept in the run's directory.");
    this.form = el("form", { class: "row", on: { submit: (event) => { event.preventDefault(); this.film(this.seed.value.trim()); } } },
      el("label", {}, "Track's seed ", this.seed), el("button", { type: "submit" }, "Film"));
    this.shelf = el("div", { class: "row", role: "group", "aria-label": "Films that are kept" });
    if (kept) this.form.hidden = true;
    section("films").append(this.note, this.shelf, this.form, el("div", { class: "grid" }, this.drive.element, this.dream.element));
  }

  show(run) {
    this.run = run;
    section("films").hidden = !run.detail?.canFilm;
    this.readShelf(run).catch(() => { /* The page says elsewhere that nobody answers. */ });
  }

  /** The films that are there already, as buttons. */
  async readShelf(run) {
    const { films } = await run.read("/films");
    if (run !== this.run) return;
    const seeds = [...new Set(films.map((film) => film.trackSeed))];
    clear(this.shelf).append(...seeds.map((seed) => el("button", { type: "button", on: { click: () => this.film(seed) } }, `Track ${seed}`)));
    if (!kept) return;
    this.note.textContent = seeds.length ? "Films of the best controller that were kept in the run's directory when this file was written."
      : "No film of the best controller was kept in the run's directory when this file was written.";
  }

  film(seed) {
    if (!/^[0-9]{1,20}$/.test(seed)) {
      this.drive.state.textContent = "A seed is a whole number from 0 to 2^64 - 1.";
      return;
    }
    this.seed.value = seed;
    section("films").scrollIntoView();
    this.drive.show(this.run, "drive", seed, `Track ${seed}`);
    this.dream.show(this.run, "dream", seed, `Track ${seed}: what the car sees, and what V and M make of it`);
  }
}

/** What happened. */
export class EventsSection {
  constructor() {
    this.kind = el("select", { "aria-label": "Kind", on: { change: () => this.draw() } });
    this.table = new Table("Events", [
      { name: "time", value: (row) => row.time, text: (row) => time(row.time) },
      { name: "kind", value: (row) => row.kind },
      { name: "what", kind: "wrap", value: (row) => row.message },
    ]);
    section("events").append(el("div", { class: "row" }, el("label", {}, "Kind ", this.kind)), this.table.element);
  }

  show(run) {
    this.run = run;
    const kinds = ["all", ...[...new Set(run.events.map((one) => one.kind))].sort()];
    const known = this.kind.value || "all";
    this.kind.replaceChildren(...kinds.map((kind) => el("option", { value: kind }, kind)));
    this.kind.value = kinds.includes(known) ? known : "all";
    this.draw();
  }

  draw() {
    const kind = this.kind.value;
    this.table.set(this.run.events.filter((one) => kind === "all" || one.kind === kind).reverse());
  }
}

/** What defines the run. */
export function showSettings(run) {
  const rows = run.detail.settings.map((one) => el("tr", {}, el("th", { scope: "row" }, one.name), el("td", { class: "wrap" }, one.value)));
  const about = `${run.detail.head.identifier ?? "no run has begun"}, begun ${time(run.detail.head.created ?? "")} by ${run.detail.head.program ?? "–"}`;
  const target = section("settings");
  target.replaceChildren(target.querySelector("h2"), el("p", { class: "note" }, about),
    el("div", { class: "scroll", tabindex: "0" }, el("table", {}, el("tbody", {}, rows))));
}
