// The order form: several products with quantities, the outcome of the payment, and the newest orders of the customer.

import { ask, customer, money, tokenOf } from "./api.js";
import { byId, element, pill, show } from "./dom.js";
import { guarded, notice } from "./notice.js";
import { storyLink } from "./route.js";
import { limited, onRecords } from "./stream.js";

/** @typedef {import("./api.js").Schemas} Schemas */

const PRODUCTS_MAX = 100;
const ORDERS_SHOWN = 3;
const LINES_MAX = 50;
const BUYERS = 200;
const LAST_LAMP = "LAST-01";

/** @type {Schemas["Product"][]} */
let products = [];
/** @type {{sku: string, quantity: number}[]} */
let basket = [];

/** @param {string} status */
export function statusKind(status) {
  if (["CONFIRMED", "DONE", "SUCCEEDED", "succeeded", "ok"].includes(status)) return "good";
  if (["REJECTED", "CANCELLED", "compensated"].includes(status)) return "undone";
  if (["PENDING", "CANCELLING", "WAITING", "PROCESSING", "RUNNING", "running"].includes(status)) return "busy";
  return "bad";
}

/** The products for other views. */
export const shownProducts = () => products;

/** Loads the products, which is an invocation: only when the visitor opens the page or changed something. */
export async function loadProducts() {
  const answer = /** @type {Schemas["ProductPage"]} */ (await ask(`/products?limit=${PRODUCTS_MAX}`));
  products = answer.products;
  if (basket.length === 0 && products[0]) basket = [{ sku: products[0].sku, quantity: 1 }];
  showLines();
  const options = products.map((product) => element("option", { value: product.sku, "data-key": product.sku }, product.name));
  show(byId("photo-sku"), ...options);
}

function showLines() {
  show(byId("lines"), ...basket.map((line, index) => element("div", { class: "line", "data-key": `${index} ${line.sku}` },
    select(index, line),
    element("input", {
      type: "number", min: 1, max: 99, value: line.quantity, "aria-label": `Quantity of product ${index + 1}`, required: true,
      oninput: (/** @type {any} */ event) => {
        line.quantity = Number(event.target.value);
      },
    }),
    basket.length > 1 && element("button", {
      type: "button", class: "quiet", "aria-label": `Remove product ${index + 1}`,
      onclick: () => {
        basket.splice(index, 1);
        showLines();
      },
    }, "×"))));
  byId("add-line").toggleAttribute("disabled", basket.length >= Math.min(LINES_MAX, products.length));
}

/** @param {number} index @param {{sku: string}} line */
function select(index, line) {
  const chosen = element("select", {
    "aria-label": `Product ${index + 1}`,
    onchange: (/** @type {any} */ event) => {
      line.sku = event.target.value;
      showLines();
    },
  }, ...products.map((product) => element("option", { value: product.sku, "data-key": product.sku, selected: product.sku === line.sku },
    `${product.name}, ${money(product.price)}, ${product.available} left`)));
  chosen.value = line.sku;
  return chosen;
}

/** The newest request, so that it can be repeated. @type {{key: string, token: string, body: object} | undefined} */
let newest;

async function place() {
  const token = await tokenOf(customer());
  const outcome = /** @type {HTMLSelectElement} */ (byId("outcome")).value;
  const request = { key: crypto.randomUUID(), token, body: { items: structuredClone(basket), payment_token: outcome } };
  await ask("/orders", { method: "POST", token, headers: { "idempotency-key": request.key }, body: request.body });
  newest = request;
  byId("repeat-order").removeAttribute("disabled");
  await showOrders();
}

/** Sends the newest request once more, as a client does that did not get the answer. */
async function repeatOrder() {
  if (!newest) return;
  const headers = { "idempotency-key": newest.key, authorization: `Bearer ${newest.token}`, "content-type": "application/json" };
  const response = await fetch("/orders", { method: "POST", headers, body: JSON.stringify(newest.body) });
  if (!response.ok) throw new Error(`The repeated request was answered with ${response.status}.`);
  const isReplayed = response.headers.get("idempotency-replayed") === "true";
  const { id } = await response.json();
  notice(isReplayed ? `The same Idempotency-Key, so the same answer: order ${id} was not placed twice.` : `The shop placed the order ${id} twice.`);
}

async function burst() {
  const { accepted, refused } = await ask("/dev/burst", { method: "POST", body: { sku: LAST_LAMP, buyers: BUYERS } });
  const turnedAway = refused > 0 ? ` ${refused} were refused at once because the shop was full.` : "";
  notice(`${accepted} orders for one lamp were accepted.${turnedAway} Exactly one will be confirmed, because stock is reserved by a conditional write.`);
}

/** The newest orders of the customer, without an invocation. */
async function showOrders() {
  const { orders } = await ask("/dev/orders");
  const own = orders.filter((/** @type {any} */ order) => order.customer === customer()).slice(0, ORDERS_SHOWN);
  show(byId("orders"), ...own.map((/** @type {any} */ order) => element("div", { class: "line", "data-key": order.id, "data-order": order.id },
    element("a", { href: storyLink(order.correlation_id), class: "grow" },
      order.items.map((/** @type {any} */ item) => `${item.quantity} × ${item.sku}`).join(", ")),
    element("small", {}, money(order.total)),
    order.status === "CONFIRMED" && element("button", { type: "button", class: "quiet", onclick: guarded(() => cancel(order.id)) }, "Cancel"),
    pill(order.reason ? `${order.status}: ${order.reason}` : order.status, statusKind(order.status)))));
}

/** @param {string} id */
async function cancel(id) {
  await ask(`/orders/${id}/cancel`, { method: "POST", token: await tokenOf(customer()), body: {} });
  await showOrders();
}

/** Makes the form work. */
export async function startOrders() {
  byId("order-form").addEventListener("submit", guarded(place));
  byId("burst").addEventListener("click", guarded(burst));
  byId("repeat-order").addEventListener("click", guarded(repeatOrder));
  byId("customer").addEventListener("change", guarded(showOrders));
  byId("add-line").addEventListener("click", () => {
    const next = products.find((product) => !basket.some((line) => line.sku === product.sku));
    if (!next) return;
    basket.push({ sku: next.sku, quantity: 1 });
    showLines();
    /** @type {HTMLElement | null} */ (byId("lines").querySelector(".line:last-child select"))?.focus();
  });
  const refresh = limited(() => showOrders().catch((fault) => notice(fault.message)), 250);
  const changesOrders = ["request", "execution_started", "execution_ended", "stream_record", "mail_sent"];
  onRecords((batch) => {
    if (batch.some((record) => changesOrders.includes(record.kind))) refresh();
  });
  await Promise.all([loadProducts(), showOrders()]);
}
