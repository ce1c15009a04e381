// The live map: the parts of the shop, events on their way along the edges, and the environments of each function.

import { arrowHead, curve, lay, pathOf } from "./layout.js";
import { byId, element, shape, show } from "./dom.js";
import { ask } from "./api.js";
import { isFresh, limited, onRecords } from "./stream.js";

/** @typedef {import("./stream.js").EventRecord} EventRecord */
/** @typedef {{id: string, kind: string, label: string, source?: string, page?: string}} MapNode */
/** @typedef {{nodes: MapNode[], edges: {from: string, to: string, label: string}[]}} ShopMap */

const NODE = { width: 122, height: 38 };
const LINE_CHARACTERS = 16;
const NEUTRAL = "function";
/** Events that are shown on their way at the same time; more would hide the map. */
const TRAVELLERS_MAX = 60;
const TRAVEL_MS = 900;
const RECENT_MS = 2500;
const COOL_MS = 300;
/** How long changes of environments are collected until they are drawn. */
const DRAW_MS = 60;
/** Environments that fit below the name of a function. */
const DOTS_MAX = 11;

/** Names of kinds for readers and for the legend. @type {Record<string, string>} */
const KINDS = {
  browser: "browser", route: "route", function: "function", table: "table", stream: "stream", queue: "queue",
  bus: "event bus", state_machine: "state machine", bucket: "bucket", mail: "mail", gateway: "payment provider", clock: "clock",
};

/** @param {{from: string | null, to: string | null}} edge */
const edgeKey = ({ from, to }) => `${from}→${to}`;

/**
 * The edges that decide where a part stands. A table stands behind the functions with routes that use it; the same
 * table's other users would only stretch the map.
 * @param {ShopMap} map @param {ShopMap["edges"]} edges
 */
function mainEdges(map, edges) {
  const kinds = new Map(map.nodes.map((node) => [node.id, node.kind]));
  const isStore = (/** @type {string} */ id) => ["table", "bucket"].includes(kinds.get(id) ?? "");
  const answering = new Set(edges.filter((edge) => kinds.get(edge.from) === "route").map((edge) => edge.to));
  const placed = new Set(edges.filter((edge) => answering.has(edge.from) || edge.from === "browser").map((edge) => edge.to));
  return edges.filter((edge) => {
    if (edge.to === "bus" && kinds.get(edge.from) === "state_machine") return false;
    return !isStore(edge.to) || !placed.has(edge.to) || answering.has(edge.from) || edge.from === "browser";
  });
}

/** The name of a part in at most two lines. @param {string} text */
function label(text) {
  const lines = [text];
  if (text.length > LINE_CHARACTERS) {
    const half = text.slice(0, LINE_CHARACTERS);
    const cut = Math.max(half.lastIndexOf("-"), half.lastIndexOf(" "), half.lastIndexOf("/") - 1);
    const end = cut > 0 ? cut + 1 : LINE_CHARACTERS;
    lines.splice(0, 1, text.slice(0, end), text.slice(end));
  }
  return lines.map((line, index) => shape("text", { x: 8, y: (lines.length === 1 ? 23 : 16) + index * 14 }, line));
}

/** A drawing of the map with means to change it. */
export class MapDrawing {
  /** @param {ShopMap} map @param {string} name @param {(node: string) => void} [choose] */
  constructor(map, name, choose) {
    this.choose = choose;
    this.map = map;
    /** @type {Map<string, SVGElement>} */
    this.nodes = new Map();
    /** @type {Map<string, SVGElement>} */
    this.edges = new Map();
    /** @type {Map<string, Map<string, string>>} */
    this.environments = new Map();
    this.travelling = 0;
    /** When the highlight of a part ends. @type {Map<Element, number>} */
    this.cooling = new Map();
    this.cool = limited(() => this.endHighlights(), COOL_MS);
    /** Functions whose environments changed since they were drawn. @type {Set<string>} */
    this.changed = new Set();
    this.drawEnvironments = limited(() => this.drawChanged(), DRAW_MS);
    const ids = new Set(map.nodes.map((node) => node.id));
    const edges = map.edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to));
    const main = mainEdges(map, edges);
    const laid = lay(map.nodes.map((node) => ({ ...node, ...NODE })), main, { rankdir: "LR", ranksep: 26, nodesep: 12 });
    const arrow = `arrow-${name}`;
    this.travellers = shape("g", { class: "travellers", "aria-hidden": "true" });
    const paths = new Map(laid.edges.map((edge) => [edgeKey(edge), pathOf(edge.points)]));
    const lines = edges.map((edge) => {
      const path = paths.get(edgeKey(edge)) ?? curve(laid.nodes.get(edge.from), laid.nodes.get(edge.to));
      const line = shape("path", { d: path, class: paths.has(edgeKey(edge)) ? "edge" : "edge side", "marker-end": `url(#${arrow})` },
        shape("title", {}, `${edge.from} to ${edge.to}: ${edge.label ?? ""}`));
      this.edges.set(edgeKey(edge), line);
      return line;
    });
    const boxes = map.nodes.map((node) => this.box(node, laid.nodes.get(node.id)));
    this.svg = shape("svg", { viewBox: `0 0 ${laid.width} ${laid.height}`, class: "map", role: "group", "aria-label": "Map of the shop" },
      arrowHead(arrow), shape("g", {}, ...lines), this.travellers, shape("g", {}, ...boxes));
  }

  /** @param {MapNode} node @param {any} place */
  box(node, place) {
    const choose = () => this.choose?.(node.id);
    const group = shape("g", {
      class: `node ${node.kind}`, transform: `translate(${place.x - NODE.width / 2} ${place.y - NODE.height / 2})`,
      "data-node": node.id, tabindex: this.choose ? 0 : undefined, role: this.choose ? "button" : undefined,
      "aria-label": `${KINDS[node.kind] ?? node.kind} ${node.label}`, onclick: choose,
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          choose();
        }
      },
    },
    shape("title", {}, `${KINDS[node.kind] ?? node.kind}: ${node.label}`),
    shape("rect", { width: NODE.width, height: NODE.height, rx: node.kind === NEUTRAL ? 5 : 13 }),
    ...label(node.label),
    shape("g", { class: "dots", transform: `translate(9 ${NODE.height})` }));
    this.nodes.set(node.id, group);
    return group;
  }

  /** Highlights a node or an edge for a moment. @param {Element | undefined} part */
  warm(part) {
    if (!part) return;
    if (!this.cooling.has(part)) part.classList.add("recent", "touched");
    this.cooling.set(part, performance.now() + RECENT_MS);
    this.cool();
  }

  endHighlights() {
    const now = performance.now();
    for (const [part, end] of this.cooling) {
      if (end > now) continue;
      part.classList.remove("recent");
      this.cooling.delete(part);
    }
    if (this.cooling.size > 0) this.cool();
  }

  /** @param {EventRecord} record */
  play(record) {
    this.follow(record);
    if (!isFresh(record)) return;
    const line = this.edges.get(edgeKey(record)) ?? this.edges.get(edgeKey({ from: record.to, to: record.from }));
    this.warm(line);
    this.warm(record.from ? this.nodes.get(record.from) : undefined);
    this.warm(record.to ? this.nodes.get(record.to) : undefined);
    if (line) this.send(/** @type {SVGPathElement} */ (line), record.from !== null && !this.edges.has(edgeKey(record)), isFailure(record));
  }

  /** An environment is busy from the start of an invocation to its end, and frozen otherwise. @param {EventRecord} record */
  follow(record) {
    if (record.environment === undefined || record.environment === null) return;
    const isOver = record.outcome === "crashed" || record.outcome === "timeout";
    const state = record.kind === "environment" ? record.state : record.kind === "invocation_started" ? "busy"
      : record.kind === "invocation_ended" ? (isOver ? "ended" : "idle") : undefined;
    if (state) this.mark(record.function, String(record.environment), state);
  }

  /** @param {SVGPathElement} line @param {boolean} isBackwards @param {boolean} isBad */
  send(line, isBackwards, isBad) {
    const isHidden = document.hidden || this.svg.getClientRects().length === 0;
    if (this.travelling >= TRAVELLERS_MAX || isHidden || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.travelling += 1;
    const dot = shape("circle", { r: 5, class: isBad ? "traveller bad" : "traveller" });
    this.travellers.append(dot);
    const length = line.getTotalLength();
    const started = performance.now();
    const step = (/** @type {number} */ now) => {
      const part = Math.min(1, Math.max(0, (now - started) / TRAVEL_MS));
      const point = line.getPointAtLength(length * (isBackwards ? 1 - part : part));
      dot.setAttribute("cx", point.x.toFixed(1));
      dot.setAttribute("cy", point.y.toFixed(1));
      if (part < 1) requestAnimationFrame(step);
      else {
        dot.remove();
        this.travelling -= 1;
      }
    };
    requestAnimationFrame(step);
  }

  /** Sets the state of one environment. @param {string} name @param {string} environment @param {string} state */
  mark(name, environment, state) {
    const list = this.environments.get(name) ?? new Map();
    if (state === "ended") list.delete(environment);
    else list.set(environment, state);
    this.environments.set(name, list);
    this.changed.add(name);
    this.drawEnvironments();
  }

  drawChanged() {
    for (const name of this.changed) {
      const dots = this.nodes.get(`function:${name}`)?.querySelector(".dots");
      if (!dots) continue;
      const list = [...(this.environments.get(name) ?? new Map()).values()];
      const states = list.slice(0, DOTS_MAX);
      show(dots, ...states.map((one, index) => shape("circle", { cx: index * 9, cy: 0, r: 3.6, class: `dot ${one}` })),
        list.length > states.length && shape("text", { x: DOTS_MAX * 9, y: 4, class: "more" }, `+${list.length - states.length}`));
    }
    this.changed.clear();
  }

  /** Shows which parts a story has touched up to a moment. @param {EventRecord[]} past @param {EventRecord | undefined} current */
  showPast(past, current) {
    const touched = new Set(past.flatMap((record) => [record.from, record.to, edgeKey(record), edgeKey({ from: record.to, to: record.from })]));
    const now = current ? [current.from, current.to, edgeKey(current), edgeKey({ from: current.to, to: current.from })] : [];
    for (const parts of [this.nodes, this.edges]) {
      for (const [key, part] of parts) {
        part.classList.toggle("touched", touched.has(key));
        part.classList.toggle("recent", now.includes(key));
      }
    }
    this.svg.classList.add("dimmed");
  }
}

/** @param {EventRecord} record */
export function isFailure(record) {
  if (["dead_lettered", "state_retried", "state_caught", "state_failed"].includes(record.kind)) return true;
  if (record.kind === "request") return record.status >= 500;
  return record.outcome !== undefined && !["ok", "partial"].includes(record.outcome);
}

/** @type {Promise<ShopMap> | undefined} */
let loading;

/** The map, loaded once. @returns {Promise<ShopMap>} */
export function shopMap() {
  loading ??= ask("/dev/map").catch((fault) => {
    loading = undefined;
    throw fault;
  });
  return loading;
}

/** Puts the live map on the stage. @param {(node: string) => void} choose */
export async function startMap(choose) {
  const place = byId("map");
  const map = await shopMap();
  const drawing = new MapDrawing(map, "live", choose);
  place.replaceChildren(drawing.svg);
  show(byId("legend"), ...["route", "function", "table", "queue", "bus", "state_machine", "bucket"].map((kind) =>
    element("span", { class: `key ${kind}` }, KINDS[kind] ?? kind)),
  ...[["busy", "environment at work"], ["idle", "frozen environment"]].map(([state, text]) =>
    element("span", {}, element("i", { class: `dot ${state}` }), text)));
  const { functions } = await ask("/dev/environments");
  for (const one of functions ?? []) {
    for (const environment of one.environments ?? []) drawing.mark(one.function ?? one.name, String(environment.id), environment.state);
  }
  onRecords((batch) => batch.forEach((record) => drawing.play(record)));
}
