// Turns the records of a story into rows: an invocation with its port calls is one row.

import { duration, nodeName } from "./format.js";

/** @typedef {import("./stream.js").EventRecord} EventRecord */
/**
 * @typedef {{key: string, first: EventRecord, last: EventRecord, position: number, icon: string, title: string, note: string,
 *   state: string, calls: EventRecord[], parts: EventRecord[], isCold: boolean, ms?: number}} Hop
 */

/** @type {Record<string, string>} */
const ICONS = {
  request: "HTTP", invocation_started: "fn", object_put: "put", enqueued: "queue", dequeued: "queue", dead_lettered: "dead",
  redriven: "redo", stream_record: "stream", bus_event: "event", execution_started: "saga", execution_ended: "saga",
  state_entered: "state", state_retried: "retry", state_caught: "catch", state_waiting: "wait", state_failed: "fail", request_started: "HTTP", mail_sent: "mail",
  import_progress: "rows", fault_switched: "fault", host_started: "host",
};
/** These are parts of other rows, or say nothing about a story. */
const INNER = ["port_call", "invocation_ended", "environment", "state_exited"];

/** @param {EventRecord[]} events @returns {Hop[]} */
export function hopsOf(events) {
  /** @type {Hop[]} */
  const hops = [];
  /** @type {Map<string, Hop>} */
  const open = new Map();
  events.forEach((record, position) => {
    const invocation = record.invocation === undefined ? undefined : String(record.invocation);
    const running = invocation === undefined ? undefined : open.get(invocation);
    if (running && INNER.includes(record.kind)) {
      join(running, record);
      return;
    }
    if (record.kind === "state_exited") {
      const entered = open.get(`state ${record.execution} ${record.state}`);
      if (entered) join(entered, record);
      return;
    }
    if (INNER.includes(record.kind) && record.kind !== "invocation_ended") return;
    const hop = rowOf(record, position);
    hops.push(hop);
    if (record.kind === "invocation_started" && invocation !== undefined) open.set(invocation, hop);
    if (record.kind === "state_entered") open.set(`state ${record.execution} ${record.state}`, hop);
  });
  return hops;
}

/** @param {Hop} hop @param {EventRecord} record */
function join(hop, record) {
  hop.parts.push(record);
  if (record.kind === "port_call") hop.calls.push(record);
  if (record.kind === "invocation_ended") {
    hop.last = record;
    hop.ms = record.duration_ms;
    hop.state = record.outcome;
  }
  if (record.kind === "state_exited") {
    hop.last = record;
    hop.state = record.error ? "error" : "ok";
    hop.ms = Date.parse(record.at) - Date.parse(hop.first.at);
  }
}

/** @param {EventRecord} record @param {number} position @returns {Hop} */
function rowOf(record, position) {
  return {
    key: String(record.id), first: record, last: record, position, icon: ICONS[record.kind] ?? record.kind, title: titleOf(record),
    note: noteOf(record), state: stateOf(record), calls: [], parts: [record], isCold: record.cold === true, ms: record.duration_ms,
  };
}

/** @param {EventRecord} record */
function titleOf(record) {
  switch (record.kind) {
    case "request":
    case "request_started": return `${record.method} ${record.path}`;
    case "invocation_started":
    case "invocation_ended": return record.function;
    case "state_entered":
    case "state_caught":
    case "state_failed":
    case "state_waiting": return record.state;
    case "state_retried": return `${record.state}, retry ${record.attempt} of ${record.max_attempts}`;
    case "execution_started":
    case "execution_ended": return record.machine;
    case "enqueued":
    case "dequeued":
    case "dead_lettered":
    case "redriven": return nodeName(record.queue ?? record.to);
    case "stream_record": return `${record.change} in ${record.table}`;
    case "bus_event": return record.detail_type;
    case "mail_sent": return record.subject;
    case "object_put": return record.key;
    case "import_progress": return `${record.rows_read} rows, ${record.percent} %`;
    default: return record.text;
  }
}

/** @param {EventRecord} record */
function noteOf(record) {
  switch (record.kind) {
    case "request": return `answer ${record.status ?? ""}`;
    case "request_started": return "request";
    case "invocation_started": return `by ${record.trigger}`;
    case "state_retried":
    case "state_failed":
    case "state_caught": return record.error ?? "";
    case "state_waiting": return record.wait_ms ? duration(record.wait_ms) : "";
    case "execution_started": return "starts";
    case "execution_ended": return `${record.status}${record.error ? `: ${record.error}` : ""}`;
    default: return record.kind.replaceAll("_", " ");
  }
}

/** @param {EventRecord} record */
function stateOf(record) {
  if (record.kind === "invocation_started" || record.kind === "state_entered") return "running";
  if (record.kind === "request") return record.status < 400 ? "ok" : "error";
  if (record.kind === "execution_ended") return record.status === "SUCCEEDED" ? "ok" : "error";
  if (record.kind === "state_failed") return "error";
  if (["state_retried", "state_caught", "dead_lettered"].includes(record.kind)) return "warning";
  return record.outcome ?? "ok";
}
