// The API page: every route of /openapi.json with a form that sends a request.

import { ask, customer, tokenOf } from "./api.js";
import { byId, code, element, pill, show } from "./dom.js";
import { guarded } from "./notice.js";
import { shownProducts } from "./order.js";
import { linkTo, storyLink } from "./route.js";
import { uploads } from "./uploads.js";

/** @typedef {{method: string, path: string, operation: any, document: any}} Operation */

const METHODS = ["get", "post", "put", "delete", "patch"];
const SHOWN_HEADERS = ["location", "retry-after", "idempotency-replayed", "x-correlation-id", "content-type"];

/** @param {string} detail the operation whose form is shown @returns {Promise<Node[]>} */
export async function apiView(detail) {
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new Error(`/openapi.json answered ${response.status}`);
  const document = await response.json();
  const { orders } = await ask("/dev/orders");
  const order = orders.find((/** @type {any} */ each) => each.customer === customer())?.id;
  /** @type {Operation[]} */
  const operations = Object.entries(document.paths).flatMap(([path, item]) => METHODS.filter((method) => item[method])
    .map((method) => ({ method: method.toUpperCase(), path, operation: item[method], document })));
  const chosen = operations.find((one) => one.operation.operationId === detail) ?? operations[0];
  return [
    element("h2", {}, "API"),
    element("p", {}, document.info?.description ?? ""),
    element("div", { class: "api" },
      element("nav", { "aria-label": "Routes" }, element("ul", { class: "rows" }, ...operations.map((one) => element("li", { "data-key": one.operation.operationId },
        element("a", { href: linkTo("api", one.operation.operationId), "aria-current": one === chosen ? "page" : undefined },
          element("span", { class: `method ${one.method.toLowerCase()}` }, one.method), ` ${one.path}`))))),
      chosen ? form(chosen, { orders: order, uploads: uploads[0]?.id }) : element("p", { class: "empty" }, "The document has no routes.")),
  ];
}

/** @param {any} document @param {any} value */
function resolved(document, value) {
  if (!value?.$ref) return value;
  return value.$ref.slice(2).split("/").reduce((/** @type {any} */ at, /** @type {string} */ name) => at?.[name.replaceAll("~1", "/")], document);
}

/** @param {Operation} one @param {Record<string, string | undefined>} newest the newest id by kind, so that the first try finds something */
function form(one, newest) {
  const { method, path, operation, document } = one;
  const parameters = (operation.parameters ?? []).map((/** @type {any} */ each) => resolved(document, each));
  const body = operation.requestBody && resolved(document, operation.requestBody).content?.["application/json"];
  const example = body?.example ?? Object.values(body?.examples ?? {}).map((/** @type {any} */ each) => each.value)[0] ?? {};
  const needsToken = (operation.security ?? document.security ?? []).some((/** @type {any} */ each) => Object.keys(each).length > 0);
  return element("form", { class: "card", "data-key": `form ${operation.operationId}`, onsubmit: guarded((event) => send(one, /** @type {HTMLFormElement} */ (event.target))) },
    element("h3", {}, `${method} ${path}`), element("p", {}, operation.description ?? operation.summary ?? ""),
    ...parameters.map((/** @type {any} */ each) => element("label", { class: "wide" }, `${each.name}${each.required ? " (required)" : ""}`,
      element("input", { name: `${each.in}:${each.name}`, value: initial(each, newest[path.split("/")[1] ?? ""]), required: each.required && each.in === "path", "aria-description": each.description }))),
    element("label", { class: "wide" }, "Send as", element("select", { name: "caller" },
      element("option", { value: "customer", selected: needsToken }, "customer"), element("option", { value: "staff" }, "staff"),
      element("option", { value: "nobody", selected: !needsToken }, "nobody (no token)"))),
    body && element("label", { class: "wide" }, "Body", element("textarea", { name: "body", rows: 10, spellcheck: "false" }, JSON.stringify(withSoldProducts(example), null, 2))),
    element("div", { class: "line" }, element("button", { class: "primary" }, "Send"), element("small", {}, summary(one))),
    element("div", { id: "answer", role: "status", "data-kept": true }));
}

/** The example with products that this shop sells: the document's own may be those of another catalog. @param {any} example */
function withSoldProducts(example) {
  if (!Array.isArray(example.items)) return example;
  const sold = shownProducts().map((product) => product.sku);
  const wanted = example.items.map((/** @type {any} */ item) => item.sku);
  const others = shownProducts().filter((product) => product.available > PLENTY && !wanted.includes(product.sku));
  const items = example.items.map((/** @type {any} */ item) => (sold.includes(item.sku) ? item : { ...item, sku: others.shift()?.sku ?? item.sku }));
  return { ...example, items };
}

/** @param {Operation} one */
const summary = ({ operation }) => `Documented answers: ${Object.keys(operation.responses ?? {}).join(", ")}`;

/** Units of a product that an example may order without using it up. */
const PLENTY = 10;

/** @param {any} parameter @param {string | undefined} id */
function initial(parameter, id) {
  if (parameter.name === "Idempotency-Key") return crypto.randomUUID();
  if (parameter.in === "path" && parameter.name === "id") return id ?? "";
  const value = parameter.example ?? parameter.schema?.example ?? "";
  return value === "" && parameter.in === "path" && parameter.name === "sku" ? shownProducts()[0]?.sku ?? "" : value;
}

/** @param {Operation} one @param {HTMLFormElement} sent */
async function send({ method, path, operation }, sent) {
  const data = new FormData(sent);
  let target = path;
  const query = new URLSearchParams();
  /** @type {Record<string, string>} */
  const headers = {};
  for (const [field, entry] of data) {
    const [place, name = ""] = field.split(":");
    const value = String(entry);
    if (place === "path") target = target.replace(`{${name}}`, encodeURIComponent(value));
    if (place === "query" && value) query.set(name, value);
    if (place === "header" && value) headers[name] = value;
  }
  const caller = data.get("caller");
  if (caller !== "nobody") headers.authorization = `Bearer ${await tokenOf(caller === "staff" ? "olga" : customer(), caller === "staff" ? ["staff"] : [])}`;
  const body = data.get("body");
  if (body !== null) headers["content-type"] = "application/json";
  const search = query.toString();
  const url = target + (search ? `?${search}` : "");
  const started = performance.now();
  const response = await fetch(url, { method, headers, body: body === null ? undefined : String(body) });
  const text = await response.text();
  const took = Math.round(performance.now() - started);
  const story = response.headers.get("x-correlation-id");
  const kept = SHOWN_HEADERS.flatMap((name) => (response.headers.has(name) ? [`${name}: ${response.headers.get(name)}`] : []));
  show(byId("answer"), element("p", {}, pill(String(response.status), response.ok ? "good" : "bad"), ` ${operation.operationId}, ${took} ms `,
    story && element("a", { href: storyLink(story) }, "Open its story")),
  code(`${kept.join("\n")}\n\n${pretty(text)}`, "Answer"));
}

/** @param {string} text */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
