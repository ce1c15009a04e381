// Explains each kind of event in two sentences, for a visitor who has never worked with serverless.

import { cost, duration, nodeName } from "./format.js";

/** @typedef {import("./stream.js").EventRecord} EventRecord */

/** @type {Record<string, (record: EventRecord) => [string, string]>} */
const TEXTS = {
  request: (record) => [
    `${record.method} ${record.path} was answered with ${record.status}.`,
    "The gateway checks the token and the route first, and starts a function only for a valid request.",
  ],
  request_started: (record) => [
    `${record.method} ${record.path} arrives at the gateway.`,
    "The gateway checks the token and the route before it starts a function.",
  ],
  invocation_started: (record) => record.cold
    ? [`${record.function} starts cold: no free environment was there, so a new one runs its INIT.`,
      "A cold start happens only when all environments of a function are busy or gone; the next event finds this one warm."]
    : [`${record.function} starts warm, in environment ${record.environment}, which was frozen.`,
      "A frozen environment keeps its memory and costs nothing until the next event thaws it."],
  invocation_ended: (record) => record.outcome === "crashed"
    ? [`${record.function} died in the middle of its work.`, "Its event was not acknowledged, so the trigger delivers it again; an idempotency key keeps the effect single."]
    : [`${record.function} ended as ${record.outcome} after ${duration(record.duration_ms)}, billed ${record.billed_ms} ms.`,
      `That costs ${cost(record.cost)}; between two events the function costs nothing.`],
  port_call: (record) => [
    `${record.function} called ${nodeName(record.to) || record.port}: ${record.action}.`,
    "A function keeps no state of its own, so every fact is read from and written to another service.",
  ],
  object_put: (record) => [
    `A file of ${record.bytes} bytes arrived in the bucket ${nodeName(record.to) || record.bucket}.`,
    "It came by a presigned link straight from the browser, so no function had to carry its bytes.",
  ],
  enqueued: (record) => [
    `A message waits in the queue ${nodeName(record.queue)}.`,
    "The sender goes on at once; the queue keeps the message until a function has finished with it.",
  ],
  dequeued: (record) => [
    `A function receives a message of ${nodeName(record.queue)}, attempt ${record.attempt ?? 1}.`,
    "The message stays invisible for others meanwhile, and returns to the queue if the function fails.",
  ],
  dead_lettered: (record) => [
    `A message of ${nodeName(record.queue)} failed too often and moved to the dead-letter queue.`,
    "Nothing is lost: an operator mends the cause and redrives the message.",
  ],
  redriven: (record) => [
    `A message returned from the dead letters to ${nodeName(record.queue) || "its source"}.`,
    "It is delivered like a new one, and its idempotency key prevents a second effect.",
  ],
  stream_record: (record) => [
    `The table's stream reports a change: ${record.change} in ${record.table}.`,
    "The order and its event are one write (the outbox pattern), so no saga is forgotten and none starts without an order.",
  ],
  bus_event: (record) => [
    `The event bus delivers "${record.detail_type}" to every rule that matches.`,
    "The sender does not need to have a list of its receivers.",
  ],
  execution_started: (record) => [
    `An execution of ${record.machine} starts.`,
    "The state machine remembers every step, so the work goes on even if a process dies.",
  ],
  execution_ended: (record) => [
    `The execution of ${record.machine} ended as ${record.status}.`,
    `It took ${record.transitions ?? "some"} state transitions, which is what Step Functions charges for.`,
  ],
  state_entered: (record) => [
    `${record.machine} enters the state ${record.state}.`,
    "Each state names its function, its retries and what happens when they are used up.",
  ],
  state_exited: (record) => [
    `${record.machine} leaves the state ${record.state}.`,
    "The result is saved before the next state starts.",
  ],
  state_retried: (record) => [
    `${record.state} failed with ${record.error} and is retried: ${record.attempt} of ${record.max_attempts}.`,
    "A repeated step carries the same key, so doing it twice has the effect of doing it once.",
  ],
  state_caught: (record) => [
    `${record.state} failed with ${record.error}, and the state machine caught it.`,
    "Now the saga compensates: it undoes, step by step, what had succeeded before.",
  ],
  state_failed: (record) => [
    `${record.state} failed with ${record.error}.`,
    "A retry or a catch of the state comes next. Without one the execution ends, and saga-reconcile parks the order, so that an operator can redrive it.",
  ],
  state_waiting: (record) => [
    `${record.machine} waits in ${record.state}${record.wait_ms ? ` for ${duration(record.wait_ms)}` : ""}.`,
    "A waiting execution occupies no function and costs nothing.",
  ],
  mail_sent: (record) => [
    `An e-mail was sent: ${record.subject}.`,
    "Mail services have no idempotency key, so the shop claims the right to send first, and sends at most once.",
  ],
  environment: (record) => [
    `Environment ${record.environment} of ${record.function} is ${record.state === "idle" ? "frozen" : record.state}.`,
    "An environment serves one event at a time; more events at once need more environments.",
  ],
  import_progress: (record) => [
    `The import has read ${record.rows_read} rows, ${record.percent} %.`,
    "It checkpoints its progress, so another function can continue if this one dies.",
  ],
  fault_switched: (record) => [
    `The fault ${record.fault} is now ${record.value}.`,
    "Place an order and watch how the shop survives it.",
  ],
  host_started: () => ["The local host has started.", "Everything that was saved is still there, and unfinished work goes on."],
  fault_injected: (record) => [
    `The simulation injects a fault: ${record.fault} at ${record.operation ?? record.place}.`,
    "Such a history is drawn from a seed, so the same seed shows the same faults again.",
  ],
  gap: () => ["Some events were dropped because the page was away for too long.", "The local host keeps the newest 10,000 events."],
};

/** The two sentences for a record. @param {EventRecord} record @returns {[string, string]} */
export function explain(record) {
  const text = TEXTS[record.kind];
  return text ? text(record) : [record.text, "Open the story for its details."];
}

/** How much a visitor learns from a kind of event; the ticker shows the most telling one of a batch. @type {Record<string, number>} */
const WEIGHT = {
  fault_switched: 9, dead_lettered: 9, state_failed: 5, state_caught: 8, state_retried: 7, execution_ended: 6, mail_sent: 6, redriven: 6, object_put: 5,
  execution_started: 5, invocation_started: 3, stream_record: 4, enqueued: 4, bus_event: 3, request: 3, import_progress: 3,
  state_waiting: 2, invocation_ended: 2, state_entered: 1,
};

/** @param {EventRecord[]} batch @returns {EventRecord | undefined} */
export function mostTelling(batch) {
  const weight = (/** @type {EventRecord} */ record) => (WEIGHT[record.kind] ?? 0) + (record.cold ? 2 : 0);
  return batch.reduce((/** @type {EventRecord | undefined} */ best, record) => (!best || weight(record) >= weight(best) ? record : best), undefined);
}
