// Tables, queues and buckets to look into.

import { ask, sameOrigin } from "./api.js";
import { code, element, table } from "./dom.js";
import { bytes, counted } from "./format.js";
import { linkTo } from "./route.js";

const ITEMS_SHOWN = 50;
const BUCKETS = ["uploads", "thumbnails"];
const COLUMNS_MAX = 7;

/** @param {string} detail `table:orders`, `queue:thumbnail` or `bucket:uploads` @returns {Promise<Node[]>} */
export async function dataView(detail) {
  const [{ tables }, { queues }] = await Promise.all([ask("/dev/tables"), ask("/dev/queues")]);
  const [kind = "", name = ""] = detail.split(":");
  const tab = (/** @type {string} */ id, /** @type {string} */ text) =>
    element("a", { class: "tab", href: linkTo("data", id), "aria-current": id === detail ? "page" : undefined, "data-key": id }, text);
  return [
    element("h2", {}, "Tables, queues, buckets"),
    element("nav", { class: "tabs wrap", "aria-label": "Stores" },
      ...tables.map((/** @type {any} */ one) => tab(`table:${one.name}`, `${one.name} (${one.items})`)),
      ...queues.map((/** @type {any} */ one) => tab(`queue:${one.name}`, `${one.name} (${depthOf(one.depth)})`)),
      ...BUCKETS.map((one) => tab(`bucket:${one}`, `bucket ${one}`))),
    await content(kind, name),
  ];
}

/** @param {any} depth */
function depthOf(depth) {
  if (typeof depth !== "object") return String(depth);
  return Object.values(depth).reduce((/** @type {number} */ sum, each) => sum + Number(each), 0);
}

/** @param {string} kind @param {string} name @returns {Promise<HTMLElement>} */
async function content(kind, name) {
  if (kind === "table") return items((await ask(`/dev/tables/${name}?limit=${ITEMS_SHOWN}`)).items, name);
  if (kind === "queue") return messages((await ask(`/dev/queues/${name}`)).messages, name);
  if (kind === "bucket") return objects((await ask(`/dev/buckets/${name}?limit=${ITEMS_SHOWN}`)).objects, name);
  return element("p", { class: "empty" }, "Choose a table, a queue or a bucket.");
}

/** @param {any[]} list @param {string} name */
function items(list, name) {
  if (list.length === 0) return element("p", { class: "empty" }, `The table ${name} is empty.`);
  const heads = [...new Set(list.flatMap((item) => Object.keys(item)))].slice(0, COLUMNS_MAX);
  return element("div", {},
    element("p", { class: "soft" }, `${counted(list.length, "item")}, at most ${ITEMS_SHOWN}. Open one for all of its attributes.`),
    table(`Items of ${name}`, [...heads, "All"], list.map((item, index) => element("tr", { "data-key": String(item[heads[0] ?? ""] ?? index) + index },
      ...heads.map((head) => element("td", {}, short(item[head]))),
      element("td", {}, element("details", {}, element("summary", {}, "open"), code(item, `Item ${index + 1}`)))))));
}

/** @param {any} value */
function short(value) {
  const text = value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** @param {any[]} list @param {string} name */
function messages(list, name) {
  if (list.length === 0) return element("p", { class: "empty" }, `The queue ${name} is empty: everything was worked off.`);
  return table(`Messages of ${name}`, ["Message", "Attempts", "Visible at", "Body"], list.map((message) => element("tr", { "data-key": message.id },
    element("td", {}, message.id), element("td", { class: "number" }, message.attempts), element("td", {}, message.visible_at),
    element("td", {}, element("details", {}, element("summary", {}, "open"), code(message.body, "Body"))))));
}

/** @param {any[]} list @param {string} name */
function objects(list, name) {
  if (list.length === 0) return element("p", { class: "empty" }, `The bucket ${name} is empty. Upload a photo.`);
  return table(`Objects of ${name}`, ["Key", "Size"], list.map((object) => element("tr", { "data-key": object.key },
    element("td", {}, object.url ? element("a", { href: sameOrigin(object.url), target: "_blank" }, object.key) : object.key),
    element("td", { class: "number" }, bytes(object.bytes)))));
}
