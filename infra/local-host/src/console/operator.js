// Parked orders and dead letters: what needs an operator, and the redrive of each.

import { ask } from "./api.js";
import { code, element, pill } from "./dom.js";
import { guarded, notice } from "./notice.js";
import { sourceAnchor } from "./source.js";

/** @param {() => void} reload @returns {Promise<Node[]>} */
export async function operatorView(reload) {
  const [parked, { dead_letters }] = await Promise.all([ask("/dev/parked"), ask("/dev/dead-letters")]);
  /** @type {any[]} */
  const orders = parked.orders ?? parked.parked ?? [];
  return [
    element("h2", {}, "Parked orders and dead letters"),
    element("section", { class: "card" }, element("h3", {}, `Parked orders (${orders.length})`),
      element("p", {}, "An order is parked when its compensation failed, too. Nothing is lost: the workflow resumes where it failed. ",
        sourceAnchor("docs/runbooks/parked-orders.md", "Runbook") ?? null),
      orders.length === 0 && element("p", { class: "empty" }, "No order is parked. Set the payment provider to “down”, place an order, and wait until its retries are used up."),
      element("ul", { class: "rows" }, ...orders.map((order) => parkedRow(order, reload)))),
    element("section", { class: "card" }, element("h3", {}, `Dead letters (${dead_letters.length})`),
      element("p", {}, "A message that failed too often waits here, so that it does not block its neighbours. ", sourceAnchor("docs/runbooks/dead-letters.md", "Runbook") ?? null),
      dead_letters.length === 0 && element("p", { class: "empty" }, "No dead letter."),
      element("ul", { class: "rows" }, ...dead_letters.map((/** @type {any} */ letter) => deadLetterRow(letter, reload)))),
  ];
}

/** @param {string} path @param {() => void} reload */
const redrive = (path, reload) => guarded(async () => {
  await ask(path, { method: "POST", body: {} });
  notice("Redriven: the work goes on where it failed. A step that succeeded is not repeated.");
  reload();
});

/** @param {any} order @param {() => void} reload */
function parkedRow(order, reload) {
  const id = order.order_id ?? order.id;
  return element("li", { "data-key": id, "data-parked": id },
    element("details", { class: "grow" }, element("summary", {}, `Order ${id} `, pill(order.error ?? "PARKED", "bad")), code(order, "Parked order")),
    element("button", { type: "button", onclick: redrive(`/dev/parked/${encodeURIComponent(id)}/redrive`, reload) }, "Redrive"));
}

/** @param {any} letter @param {() => void} reload */
function deadLetterRow(letter, reload) {
  return element("li", { "data-key": letter.id },
    element("details", { class: "grow" }, element("summary", {}, `${letter.queue}, from ${letter.source ?? "an unnamed source"}`), code(letter.body, "Body")),
    letter.redrivable === false ? element("small", {}, "This one cannot be redriven: its stream has moved on.")
      : element("button", { type: "button", onclick: redrive(`/dev/dead-letters/${encodeURIComponent(letter.id)}/redrive`, reload) }, "Redrive"));
}
