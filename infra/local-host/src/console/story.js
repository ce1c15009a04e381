// The story drawer: everything that one request caused, row by row, with time travel, state graph, map and bill.

import { ask } from "./api.js";
import { billOf } from "./bill.js";
import { byId, element, pill, show } from "./dom.js";
import { cost, counted, duration } from "./format.js";
import { detailOf } from "./hop_detail.js";
import { hopsOf } from "./hops.js";
import { MapDrawing } from "./map.js";
import { guarded, notice } from "./notice.js";
import { statusKind } from "./order.js";
import { changedQuery, currentRoute } from "./route.js";
import { progressOf, stateGraph } from "./states.js";
import { limited, onRecords, storiesOf } from "./stream.js";

/** @typedef {import("./stream.js").EventRecord} EventRecord */
/** @typedef {{format: string, made_by?: string, story: string, title: string, map: import("./map.js").ShopMap, machines: Record<string, any>, prices?: any, events: EventRecord[]}} Story */

export const FORMAT = "popshop-story/1";
const TABS = { hops: "Steps", states: "State graph", map: "Map", bill: "Bill" };
const PLAY_MS = 350;
/** A larger file is not a story of this shop. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** @type {Story | undefined} */
let story;
let isFile = false;
/** @type {ReturnType<typeof setInterval> | undefined} */
let playing;
/** @type {{story: Story, drawing: MapDrawing} | undefined} */
let mapped;

/** The records up to the moment that the visitor travelled to. */
function past() {
  const events = story?.events ?? [];
  const at = currentRoute().query.get("at");
  const position = at === null ? events.length - 1 : Math.min(events.length - 1, Number(at));
  return { events: events.slice(0, position + 1), position, isNow: at === null };
}

/** @param {Record<string, string>} changes */
function replaceQuery(changes) {
  history.replaceState(null, "", changedQuery(changes));
  draw();
}

/** Opens, changes or closes the drawer to fit the address. */
export async function followRoute() {
  const wanted = currentRoute().query.get("story");
  if (!wanted) {
    stop();
    story = undefined;
    if (byId("drawer").contains(document.activeElement)) byId("main").focus({ preventScroll: true });
    byId("drawer").hidden = true;
    document.body.classList.remove("has-drawer");
    return;
  }
  if (story?.story !== wanted) {
    isFile = false;
    await load(wanted);
    byId("drawer").focus({ preventScroll: true });
  } else draw();
}

/** @param {string} wanted */
async function load(wanted) {
  try {
    story = await ask(`/dev/stories/${encodeURIComponent(wanted)}`);
    draw();
  } catch (fault) {
    story = undefined;
    openDrawer(element("p", { class: "empty" }, `This story cannot be shown: ${fault instanceof Error ? fault.message : fault}`));
  }
}

/** @param {...import("./dom.js").Child} children */
function openDrawer(...children) {
  byId("drawer").hidden = false;
  document.body.classList.add("has-drawer");
  show(byId("drawer"), closeButton(), ...children);
}

const closeButton = () => element("a", { class: "close", href: changedQuery({ story: "", hop: "", at: "", tab: "" }), "aria-label": "Close the story" }, "×");

function draw() {
  if (!story) return;
  const tab = currentRoute().query.get("tab") ?? "hops";
  const { events, position } = past();
  const total = events.reduce((sum, record) => sum + (record.cost ?? 0), 0);
  openDrawer(
    element("h2", {}, story.title || "Story", " ", verdictPill(story, events)),
    element("p", { class: "soft" }, `${counted(story.events.length, "event")}, ${spanOf(story.events)}, ${cost(total)}`, isFile ? ", from a file" : "",
      element("small", { class: "id" }, ` ${story.story}`)),
    scrubber(story, position),
    element("div", { role: "tablist", class: "tabs", onkeydown: moveTab }, ...Object.entries(TABS).map(([name, label]) =>
      element("button", {
        type: "button", role: "tab", id: `tab-${name}`, "aria-selected": String(name === tab), "aria-controls": "tab-panel", tabindex: name === tab ? 0 : -1,
        onclick: () => replaceQuery({ tab: name === "hops" ? "" : name }),
      }, label))),
    element("div", { role: "tabpanel", id: "tab-panel", "aria-labelledby": `tab-${tab}`, "data-key": tab, tabindex: 0 }, ...panel(tab, story, events)),
    element("div", { class: "line foot" },
      element("button", { type: "button", class: "quiet", onclick: exportStory }, "Export as a file"),
      openFileButton()));
}

/** @param {KeyboardEvent} event */
function moveTab(event) {
  const names = Object.keys(TABS);
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? names.length - 1 : 0;
  if (step === 0) return;
  const next = names[(names.indexOf(currentRoute().query.get("tab") ?? "hops") + step) % names.length] ?? "hops";
  replaceQuery({ tab: next === "hops" ? "" : next });
  byId(`tab-${next}`).focus();
}

/** @param {Story} shown @param {EventRecord[]} events */
function verdictPill(shown, events) {
  const machines = machinesOf(shown, events);
  const verdicts = machines.map(({ name, own }) => progressOf(shown.machines[name], own).verdict);
  const verdict = ["failed", "timed_out", "aborted", "running", "compensated"].find((one) => verdicts.includes(one)) ?? verdicts[0];
  return verdict ? pill(verdict, statusKind(verdict)) : null;
}

/** The executions of a story with the records of each. @param {Story} shown @param {EventRecord[]} events */
function machinesOf(shown, events) {
  /** @type {Map<string, {name: string, execution: string, own: EventRecord[]}>} */
  const found = new Map();
  for (const record of events) {
    if (!record.machine || !shown.machines?.[record.machine]) continue;
    const key = `${record.machine} ${record.execution}`;
    const one = found.get(key) ?? { name: record.machine, execution: record.execution, own: /** @type {EventRecord[]} */ ([]) };
    one.own.push(record);
    found.set(key, one);
  }
  return [...found.values()];
}

/** @param {EventRecord[]} events */
function spanOf(events) {
  const [first, last] = [events[0], events.at(-1)];
  return first && last ? duration(Date.parse(last.at) - Date.parse(first.at)) : "";
}

/** @param {Story} shown @param {number} position */
function scrubber(shown, position) {
  const last = shown.events.length - 1;
  const current = shown.events[position];
  const range = element("input", {
    type: "range", min: 0, max: last, id: "scrubber", "aria-label": "Moment of the story", "aria-valuetext": current?.text ?? "",
    oninput: (/** @type {any} */ event) => replaceQuery({ at: Number(event.target.value) >= last ? "" : String(event.target.value) }),
  });
  queueMicrotask(() => {
    const input = /** @type {HTMLInputElement | null} */ (document.getElementById("scrubber"));
    if (input) input.value = String(position);
  });
  return element("div", { class: "scrubber" },
    element("button", { type: "button", class: "quiet", onclick: play }, playing ? "Pause" : "Play"), range,
    element("span", { class: "moment" }, `${position + 1} of ${last + 1}: ${current?.text ?? ""}`));
}

function play() {
  if (playing) {
    stop();
    draw();
    return;
  }
  let next = past().isNow ? 0 : past().position;
  playing = setInterval(() => {
    const last = (story?.events.length ?? 1) - 1;
    next += 1;
    if (next >= last) stop();
    replaceQuery({ at: next >= last ? "" : String(next) });
  }, PLAY_MS);
}

function stop() {
  clearInterval(playing);
  playing = undefined;
}

/** @param {string} tab @param {Story} shown @param {EventRecord[]} events @returns {import("./dom.js").Child[]} */
function panel(tab, shown, events) {
  if (tab === "states") return statesPanel(shown, events);
  if (tab === "bill") return [billOf(events, shown.prices)];
  if (tab === "map") {
    if (mapped?.story !== shown) mapped = { story: shown, drawing: new MapDrawing(shown.map, "story") };
    mapped.drawing.showPast(events, events.at(-1));
    return [element("div", { class: "canvas", tabindex: 0, role: "region", "aria-label": "Map of the story", "data-key": `map ${shown.story}` }, mapped.drawing.svg)];
  }
  const { query } = currentRoute();
  const begin = Date.parse(shown.events[0]?.at ?? "");
  return [element("ol", { class: "hops" }, ...hopsOf(events).map((hop) => {
    const isOpen = query.get("hop") === hop.key;
    return element("li", { "data-key": hop.key, class: `hop ${hop.state}` },
      element("button", { type: "button", "aria-expanded": String(isOpen), onclick: () => replaceQuery({ hop: isOpen ? "" : hop.key }) },
        element("span", { class: "offset" }, `+${duration(Date.parse(hop.first.at) - begin) || "0 ms"}`),
        element("span", { class: `icon ${hop.icon}` }, hop.icon),
        element("span", { class: "grow" }, hop.title, " ", element("small", {}, hop.note)),
        hop.isCold && pill("cold start", "cold"),
        element("small", {}, duration(hop.ms)),
        !["ok", "running"].includes(hop.state) && pill(hop.state, hop.state === "warning" ? "undone" : "bad")),
      isOpen && detailOf(hop, shown.map, !isFile));
  }))];
}

/** @param {Story} shown @param {EventRecord[]} events @returns {import("./dom.js").Child[]} */
function statesPanel(shown, events) {
  const machines = machinesOf(shown, events);
  if (machines.length === 0) return [element("p", { class: "empty" }, "No state machine runs in this story up to this moment.")];
  const legend = element("p", { class: "legend states-legend" }, ...["current", "done", "caught", "compensated", "failed", "never"].map((state) =>
    element("span", {}, element("i", { class: `swatch ${state}` }), state === "never" ? "never reached" : state)));
  return [legend, ...machines.map(({ name, execution, own }) => {
    const { verdict } = progressOf(shown.machines[name], own);
    return element("figure", { "data-key": `${name} ${execution}` },
      element("figcaption", {}, name, " ", pill(verdict, statusKind(verdict)),
        verdict === "compensated" && element("small", {}, " The order was rejected: what had been done was undone.")),
      stateGraph(name, shown.machines[name], own));
  })];
}

function exportStory() {
  if (!story) return;
  const url = URL.createObjectURL(new Blob([JSON.stringify(story, null, 1)], { type: "application/json" }));
  const link = element("a", { href: url, download: `${story.story}.story.json` });
  link.click();
  URL.revokeObjectURL(url);
}

export const openFileButton = () => element("label", { class: "button quiet" }, "Open a story file",
  element("input", { type: "file", accept: ".json,application/json", class: "visually-hidden", onchange: guarded(async (event) => {
    const file = /** @type {HTMLInputElement} */ (event.target).files?.[0];
    if (file) await openFile(file);
  }) }));

/** @param {File} file */
export async function openFile(file) {
  if (file.size > FILE_BYTES_MAX) throw new Error(`${file.name} is larger than ${FILE_BYTES_MAX / 1024 / 1024} MiB. Open a file that "Export as a file" made.`);
  let read;
  try {
    read = JSON.parse(await file.text());
  } catch {
    throw new Error(`${file.name} is not JSON. Open a file that "Export as a file" or \`cargo xtask simulate --export\` made.`);
  }
  if (read?.format !== FORMAT || !Array.isArray(read.events) || !Array.isArray(read.map?.nodes) || !Array.isArray(read.map?.edges)) {
    throw new Error(`${file.name} is not a story file: its format must be ${FORMAT}, with events and a map.`);
  }
  story = { ...read, machines: read.machines ?? {} };
  isFile = true;
  location.hash = changedQuery({ story: read.story, hop: "", at: "", tab: "" });
  draw();
}

/** Keeps an open story up to date. */
export function startStory() {
  const reload = limited(() => {
    if (story && !isFile) load(story.story);
  }, 400);
  onRecords((batch) => {
    if (story && !isFile && batch.some((record) => storiesOf(record).includes(story?.story ?? ""))) reload();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !story) return;
    location.hash = changedQuery({ story: "", hop: "", at: "", tab: "" });
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    const isStory = file?.name.endsWith(".json");
    if (file && isStory) openFile(file).catch((fault) => notice(fault.message));
  });
}
