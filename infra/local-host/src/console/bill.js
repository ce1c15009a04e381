// The running bill: what a story and the whole session cost, a million of them, and idle time.

import { ask } from "./api.js";
import { byId, element, show, table } from "./dom.js";
import { cost, counted } from "./format.js";
import { limited, onRecords, openedAt } from "./stream.js";

/** @typedef {import("./stream.js").EventRecord} EventRecord */
/** @typedef {Map<string, {count: number, micro: number}>} Sums */

const MILLION = 1_000_000;
/** @type {Record<string, string>} */
const NAMES = {
  request: "API requests", invocation_ended: "invocations", port_call: "calls of tables, buckets and others", object_put: "uploads",
  enqueued: "messages sent", dequeued: "messages received", stream_record: "stream records", bus_event: "bus events",
  execution_ended: "state machine executions", state_entered: "state transitions", mail_sent: "e-mails",
};

/** Costs since the page was opened, so that an idle page shows a sum that stands still. @type {Sums} */
const session = new Map();
let ordersStarted = 0;

/** @param {Sums} sums @param {EventRecord} record */
function add(sums, record) {
  if (!(record.kind in NAMES) && record.cost === undefined) return;
  const sum = sums.get(record.kind) ?? { count: 0, micro: 0 };
  sum.count += 1;
  sum.micro += record.cost ?? 0;
  sums.set(record.kind, sum);
}

/** @param {Sums} sums */
const totalOf = (sums) => [...sums.values()].reduce((total, sum) => total + sum.micro, 0);

/** @param {Sums} sums @param {string} caption */
function rows(sums, caption) {
  return table(caption, ["What", "How many", "Cost"], [...sums].filter(([, sum]) => sum.count > 0).map(([kind, sum]) =>
    element("tr", { "data-key": kind }, element("td", {}, NAMES[kind] ?? kind.replaceAll("_", " ")),
      element("td", { class: "number" }, sum.count.toLocaleString()), element("td", { class: "number" }, cost(sum.micro)))));
}

/** The bill of a story up to a moment. @param {EventRecord[]} events @param {any} prices */
export function billOf(events, prices) {
  /** @type {Sums} */
  const sums = new Map();
  for (const record of events) add(sums, record);
  const total = totalOf(sums);
  const transitions = events.reduce((sum, record) => sum + (record.kind === "execution_ended" ? record.transitions ?? 0 : 0), 0);
  return element("div", { class: "bill" },
    element("p", { class: "sum" }, element("strong", {}, cost(total)), " for this story: ",
      counted(sums.get("invocation_ended")?.count ?? 0, "invocation"), ", ", counted(transitions, "state transition"), "."),
    element("p", {}, `A million of them: ${cost(total * MILLION)}. While nothing happens: µ$ 0.`),
    rows(sums, "Bill of the story"), element("h3", {}, "Prices"), priceList(prices));
}

/** @param {any} prices */
function priceList(prices) {
  if (!prices?.prices) return element("p", { class: "empty" }, "The prices are not available.");
  return element("div", {}, table("Prices", ["What", "Price", "Unit", "Source"], prices.prices.map((/** @type {any} */ one) => element("tr", {},
    element("td", {}, one.name), element("td", { class: "number" }, cost(one.micro_usd)), element("td", {}, one.unit),
    element("td", {}, /^https:/.test(one.source ?? "") ? element("a", { href: one.source, target: "_blank", rel: "noreferrer" }, new URL(one.source).hostname) : one.source)))),
  element("p", { class: "soft" }, `${prices.region ?? ""}. `, prices.units ?? "", prices.left_out ? ` Left out: ${[].concat(prices.left_out).join(", ")}.` : ""));
}

/** The view of the whole session. @returns {Promise<Node[]>} */
export async function billView() {
  const prices = await ask("/dev/prices");
  const total = totalOf(session);
  return [
    element("h2", {}, "Running bill"),
    element("p", { class: "sum" }, element("strong", {}, cost(total)), " since this page was opened, for ", counted(ordersStarted, "saga"), "."),
    element("p", {}, ordersStarted > 0 ? `A million times as much: ${cost(total * MILLION)}. ` : "", "While nothing happens: µ$ 0. Nothing runs and nothing is billed between two events."),
    rows(session, "Bill since the page was opened"), element("h3", {}, "Prices"), priceList(prices),
  ];
}

/** Adds up what happens. */
export function startBill() {
  const refresh = limited(() => show(byId("bill-total"), cost(totalOf(session))), 200);
  onRecords((batch) => {
    for (const record of batch) {
      if (Date.parse(record.at) < openedAt) continue;
      add(session, record);
      if (record.kind === "execution_started") ordersStarted += 1;
    }
    refresh();
  });
}
