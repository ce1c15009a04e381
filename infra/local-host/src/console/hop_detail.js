// The details of one row of a story: trigger, event, answer, log lines, port calls, billed time, memory and cost.

import { ask } from "./api.js";
import { code, element, pill, table } from "./dom.js";
import { explain } from "./explain.js";
import { cost, duration, nodeName } from "./format.js";
import { guarded, notice } from "./notice.js";
import { sourceAnchor } from "./source.js";

/** @typedef {import("./hops.js").Hop} Hop */
/** @typedef {import("./map.js").ShopMap} ShopMap */

/** Members that have a place of their own, or repeat the row. */
const ELSEWHERE = ["id", "at", "story", "stories", "kind", "from", "to", "text", "event", "answer", "log", "request_body", "response_body",
  "input", "output", "function", "invocation", "cold"];

/** @param {Hop} hop @param {ShopMap} map @param {boolean} isLive */
export function detailOf(hop, map, isLive) {
  const members = Object.assign({}, ...hop.parts.filter((part) => part.kind !== "port_call"));
  const [happened, lesson] = explain(hop.first);
  const isInvocation = hop.first.kind.startsWith("invocation");
  return element("div", { class: "detail" },
    element("p", {}, happened, " ", lesson),
    links(hop, map),
    isInvocation && invocationFacts(members),
    facts(members),
    hop.calls.length > 0 && calls(hop),
    Array.isArray(members.log) && members.log.length > 0 && log(members.log),
    ...bodies(members),
    isInvocation && isLive && element("button", { type: "button", class: "quiet", onclick: guarded(() => repeat(hop)) }, "Send the same event again"));
}

/** @param {Hop} hop @param {ShopMap} map */
function links(hop, map) {
  const nodes = map.nodes.filter((node) => [hop.first.from, hop.first.to, `function:${hop.first.function}`].includes(node.id));
  const found = nodes.flatMap((node) => [
    sourceAnchor(node.source, `source of ${node.label}`),
    sourceAnchor(node.page, `pattern page of ${node.label}`),
  ]).filter(Boolean);
  return found.length > 0 && element("p", { class: "links" }, ...found.flatMap((link) => [link ?? null, " "]));
}

/** @param {Record<string, any>} members */
function invocationFacts(members) {
  return element("dl", { class: "facts" },
    ...pair("start", members.cold ? `cold, INIT ${duration(members.init_ms)}` : "warm: a frozen environment was reused"),
    ...pair("environment", members.environment),
    ...pair("duration", duration(members.duration_ms)),
    ...pair("billed", members.billed_ms === undefined ? undefined : `${members.billed_ms} ms`),
    ...pair("memory", members.memory_mb === undefined ? undefined : `${members.memory_mb} MB`),
    ...pair("cost", members.cost === undefined ? undefined : cost(members.cost)));
}

const IN_INVOCATION = ["environment", "init_ms", "duration_ms", "billed_ms", "memory_mb", "cost"];

/** @param {string} name @param {unknown} value */
function pair(name, value) {
  if (value === undefined || value === null || value === "") return [];
  return [element("dt", {}, name), element("dd", {}, typeof value === "object" ? JSON.stringify(value) : String(value))];
}

/** @param {Record<string, any>} members */
function facts(members) {
  const isInvocation = members.invocation !== undefined;
  const names = Object.keys(members).filter((name) => !ELSEWHERE.includes(name) && !(isInvocation && IN_INVOCATION.includes(name)));
  return names.length > 0 && element("dl", { class: "facts" }, ...names.flatMap((name) =>
    pair(name.replaceAll("_", " "), name === "cost" ? cost(members[name]) : members[name])));
}

/** @param {Record<string, any>} members */
function bodies(members) {
  /** @type {[string, string][]} */
  const parts = [["request_body", "Request body"], ["response_body", "Response body"], ["event", "Event"], ["answer", "Answer"], ["input", "Input"], ["output", "Output"]];
  return parts.filter(([name]) => members[name] !== undefined && members[name] !== null)
    .map(([name, label]) => element("details", { "data-key": name, open: ["event", "answer"].includes(name) },
      element("summary", {}, label), code(members[name], label)));
}

/** @param {Hop} hop */
function calls(hop) {
  return element("details", { "data-key": "calls", open: true }, element("summary", {}, `Port calls (${hop.calls.length})`),
    table("Port calls", ["Port", "Action", "Outcome", "Time"], hop.calls.map((call) => element("tr", {},
      element("td", {}, nodeName(call.to) || call.port), element("td", {}, call.action),
      element("td", {}, pill(call.outcome, call.outcome === "ok" ? "good" : "bad")),
      element("td", { class: "number" }, duration(call.duration_ms))))));
}

/** @param {any[]} lines */
function log(lines) {
  return element("details", { "data-key": "log", open: true }, element("summary", {}, `Log lines (${lines.length})`),
    element("ul", { class: "log" }, ...lines.map((line) => element("li", { class: String(line.level ?? "").toLowerCase() },
      element("b", {}, line.level ?? ""), ` ${line.message ?? line} `,
      line.fields && Object.keys(line.fields).length > 0 && element("small", {}, JSON.stringify(line.fields))))));
}

/** @param {Hop} hop */
async function repeat(hop) {
  const { answer } = await ask(`/dev/invocations/${hop.first.invocation}/repeat`, { method: "POST", body: {} });
  notice(`${hop.first.function} answered the repeated event: ${JSON.stringify(answer)?.slice(0, 300)}`);
}
