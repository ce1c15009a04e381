// Draws a state machine from its ASL definition, with the states that an execution has passed.

import { arrowHead, lay, pathOf } from "./layout.js";
import { shape } from "./dom.js";

/** @typedef {import("./stream.js").EventRecord} EventRecord */
/** @typedef {{StartAt: string, States: Record<string, any>}} Definition */
/** @typedef {{from: string, to: string, isCatch: boolean}} Transition */
/** @typedef {{state: "current" | "done" | "caught" | "failed" | "compensated" | "never", retries: number}} Progress */

const END = "(end)";
const CHARACTER_WIDTH = 7.2;

/** @param {string} name */
const joinOf = (name) => `${name} (all done)`;

/** @param {Definition} definition @returns {{states: Map<string, any>, transitions: Transition[], start: string}} */
export function flatten(definition) {
  /** @type {Map<string, any>} */
  const states = new Map();
  /** @type {Transition[]} */
  const transitions = [];
  /** @param {Definition} part @param {string} end */
  const add = (part, end) => {
    for (const [name, state] of Object.entries(part.States)) {
      states.set(name, state);
      const branches = state.Branches ?? [state.ItemProcessor ?? state.Iterator].filter(Boolean);
      let exit = name;
      if (branches.length > 0) {
        exit = joinOf(name);
        states.set(exit, { Type: "Join" });
        for (const branch of branches) {
          transitions.push({ from: name, to: branch.StartAt, isCatch: false });
          add(branch, exit);
        }
      }
      const nexts = [state.Next, state.Default, ...(state.Choices ?? []).map((/** @type {any} */ choice) => choice.Next)].filter(Boolean);
      for (const next of new Set(nexts)) transitions.push({ from: exit, to: next, isCatch: false });
      if (state.End || state.Type === "Succeed") transitions.push({ from: exit, to: end, isCatch: false });
      for (const next of new Set((state.Catch ?? []).map((/** @type {any} */ one) => one.Next))) {
        transitions.push({ from: name, to: next, isCatch: true });
      }
    }
  };
  add(definition, END);
  return { states, transitions, start: definition.StartAt };
}

/** The states that only a caught error leads to: they undo. @param {ReturnType<typeof flatten>} machine @returns {Set<string>} */
export function undoStates({ states, transitions, start }) {
  const forward = new Set([start]);
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const { from, to, isCatch } of transitions) {
      if (isCatch || !forward.has(from) || forward.has(to)) continue;
      forward.add(to);
      isChanged = true;
    }
  }
  return new Set([...states.keys()].filter((name) => !forward.has(name)));
}

/**
 * The progress of each state after these records, and the verdict on the execution.
 * @param {Definition} definition @param {EventRecord[]} events
 */
export function progressOf(definition, events) {
  const machine = flatten(definition);
  const undo = undoStates(machine);
  /** @type {Map<string, Progress>} */
  const states = new Map([...machine.states.keys()].map((name) => [name, { state: "never", retries: 0 }]));
  let verdict = "not started";
  for (const record of events) {
    const one = record.state === undefined ? undefined : states.get(record.state);
    if (record.kind === "execution_started") verdict = "running";
    if (one && (record.kind === "state_entered" || record.kind === "state_waiting")) one.state = "current";
    if (one && record.kind === "state_exited") one.state = record.error ? (one.state === "caught" ? "caught" : "failed") : one.state === "caught" ? "caught" : "done";
    if (one && record.kind === "state_failed") one.state = "failed";
    if (one && record.kind === "state_retried") one.retries += 1;
    if (one && record.kind === "state_caught") one.state = "caught";
    if (record.kind !== "execution_ended") continue;
    verdict = String(record.status).toLowerCase();
    const isUndone = [...undo].some((name) => ["done", "caught"].includes(states.get(name)?.state ?? ""));
    for (const [name, progress] of states) {
      if (progress.state === "current") progress.state = record.status === "SUCCEEDED" ? "done" : "failed";
      if (isUndone && record.status === "SUCCEEDED" && progress.state === "done" && !undo.has(name)) progress.state = "compensated";
    }
    if (isUndone && record.status === "SUCCEEDED") verdict = "compensated";
  }
  for (const [name, progress] of states) {
    const owner = name.endsWith(" (all done)") ? states.get(name.slice(0, -" (all done)".length)) : undefined;
    if (owner) progress.state = owner.state === "current" ? "never" : owner.state;
  }
  return { machine, states, verdict, undo };
}

/** @type {Map<string, ReturnType<typeof layMachine>>} */
const layouts = new Map();

/** @param {ReturnType<typeof flatten>} machine */
function layMachine(machine) {
  const isSmall = (/** @type {string} */ name) => name === END || machine.states.get(name)?.Type === "Join";
  const names = [...machine.states.keys(), END];
  const nodes = names.map((name) => ({
    id: name, label: isSmall(name) ? "" : name, width: isSmall(name) ? 14 : Math.max(90, name.length * CHARACTER_WIDTH + 26), height: isSmall(name) ? 14 : 34,
  }));
  const edges = machine.transitions.map(({ from, to, isCatch }) => ({ from, to, kind: isCatch ? "catch" : "next" }));
  return lay(nodes, edges, { rankdir: "TB", ranksep: 26, nodesep: 22 });
}

/** @param {string} name @param {Definition} definition @param {EventRecord[]} events */
export function stateGraph(name, definition, events) {
  const { machine, states, verdict } = progressOf(definition, events);
  const laid = layouts.get(name) ?? layMachine(machine);
  layouts.set(name, laid);
  const arrow = `arrow-${name}`;
  const lines = laid.edges.map((edge) => shape("path", { d: pathOf(edge.points), class: `edge ${edge.kind ?? ""}`, "marker-end": `url(#${arrow})` }));
  const boxes = [...laid.nodes.values()].map((node) => box(node, states.get(node.id)));
  return shape("svg", {
    class: "states", width: laid.width, viewBox: `0 0 ${laid.width} ${laid.height}`, role: "img", "data-key": name,
    "aria-label": `State graph of ${name}: ${verdict}. ${[...states].filter(([, one]) => one.state !== "never").map(([state, one]) => `${state} ${one.state}`).join(", ")}`,
  }, arrowHead(arrow), shape("g", {}, ...lines), shape("g", {}, ...boxes));
}

/** @param {any} node @param {Progress | undefined} progress */
function box(node, progress) {
  const state = progress?.state ?? "never";
  const place = `translate(${node.x - node.width / 2} ${node.y - node.height / 2})`;
  if (node.label === "") return shape("g", { class: `state small ${state}`, transform: place }, shape("circle", { cx: 7, cy: 7, r: 6 }));
  const note = progress && progress.retries > 0 ? `${state}, retried ${progress.retries} ×` : state;
  return shape("g", { class: `state ${state}`, transform: place, "data-state": node.id, "data-progress": state },
    shape("title", {}, `${node.id}: ${note}`),
    shape("rect", { width: node.width, height: node.height, rx: 6 }),
    shape("text", { x: node.width / 2, y: state === "never" && !progress?.retries ? 21 : 15 }, node.label),
    state === "never" && !progress?.retries ? null : shape("text", { x: node.width / 2, y: 28, class: "note" }, note));
}
