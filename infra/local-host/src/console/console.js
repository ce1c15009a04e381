// Shows the shop through its own public API, and the machinery through /dev.
// All data is put into the page as text, never as markup.

import { drawing, newestStory, storyOf } from "./story.js";

const POLL_EVERY_MS = 1500;
const PAGE_OF_PRODUCTS = 24;
const byId = (id) => document.getElementById(id);
const tokens = new Map();
const watchedUploads = new Map();
let nextProducts = null;
let pagesShown = 1;
// The correlation id of the chosen request; without one, the newest is shown.
let chosenStory = null;

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== null));
  return node;
}

function pill(status, reason) {
  const good = ["CONFIRMED", "DONE", "SUCCEEDED", "ok", "CANCELLED"];
  const busy = ["PENDING", "CANCELLING", "WAITING", "PROCESSING", "RUNNING"];
  const kind = good.includes(status) ? "good" : busy.includes(status) ? "" : "bad";
  return element("span", { class: `pill ${kind}` }, reason ? `${status}: ${reason}` : status);
}

function money({ amount_minor, currency }) {
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(amount_minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

function showNotice(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}

/** Sends a request; throws the shop's error text. */
async function ask(path, { method = "GET", token, headers = {}, body } = {}) {
  const all = { ...headers };
  if (token) all.authorization = `Bearer ${token}`;
  if (body !== undefined) all["content-type"] = "application/json";
  const response = await fetch(path, { method, headers: all, body: body && JSON.stringify(body) });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    const details = (answer.errors ?? []).map((fault) => fault.detail).join(", ");
    throw new Error([answer.title ?? answer.message ?? response.status, answer.detail, details].filter(Boolean).join(": "));
  }
  return answer;
}

async function tokenOf(subject, groups = []) {
  const key = `${subject} ${groups}`;
  if (!tokens.has(key)) {
    const { access_token } = await ask("/dev/token", { method: "POST", body: { sub: subject, groups } });
    tokens.set(key, access_token);
    setTimeout(() => tokens.delete(key), 30 * 60 * 1000);
  }
  return tokens.get(key);
}

const customerToken = () => tokenOf(byId("customer").value.trim() || "ann");
const staffToken = () => tokenOf("olga", ["staff"]);

async function buy(product) {
  chosenStory = null;
  const token = await customerToken();
  await ask("/orders", {
    method: "POST",
    token,
    headers: { "idempotency-key": crypto.randomUUID() },
    body: { items: [{ sku: product.sku, quantity: 1 }], payment_token: byId("payment-token").value },
  });
  await refresh();
}

function card(product) {
  const url = product.thumbnails?.["512"];
  const picture = url ? element("img", { src: url, alt: product.name, loading: "lazy" }) : product.name.slice(0, 1);
  const action = guarded(() => buy(product));
  return element("article", { class: "card", "data-sku": product.sku },
    element("div", { class: "picture" }, picture),
    element("div", { class: "text" },
      element("h3", {}, product.name),
      element("p", {}, product.description),
      element("div", { class: "foot" },
        element("span", {}, money(product.price), element("small", {}, `${product.available} left`)),
        element("button", { onclick: action, disabled: product.available === 0 && "" }, "Buy"))));
}

async function showProducts() {
  const products = [];
  let cursor = null;
  for (let page = 0; page < pagesShown; page += 1) {
    const query = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const answer = await ask(`/products?limit=${PAGE_OF_PRODUCTS}${query}`);
    products.push(...answer.products);
    cursor = answer.next_cursor ?? null;
    if (!cursor) break;
  }
  nextProducts = cursor;
  byId("more-products").hidden = !nextProducts;
  replaceWhenChanged(byId("products"), products, card);
  const select = byId("photo-sku");
  const chosen = select.value;
  replaceWhenChanged(select, products.map((product) => product.sku), (sku) => element("option", { value: sku }, sku));
  if (chosen) select.value = chosen;
}

/** Changes the page only if the data changed, so that pictures do not flicker and menus stay open. */
function replaceWhenChanged(parent, items, render, whenEmpty) {
  // Links to pictures are signed anew each time: compare them without their query.
  const print = JSON.stringify(items, (key, value) => (typeof value === "string" ? value.split("?")[0] : value));
  if (parent.dataset.print === print) return;
  parent.dataset.print = print;
  const empty = whenEmpty ? [element("li", { class: "empty" }, whenEmpty)] : [];
  parent.replaceChildren(...(items.length ? items.map(render) : empty));
}

async function showOrders() {
  const token = await customerToken();
  const { orders } = await ask("/orders?limit=10", { token });
  replaceWhenChanged(byId("orders"), orders, (order) => {
    const cancel = guarded(async () => {
      chosenStory = null;
      await ask(`/orders/${order.id}/cancel`, { method: "POST", token, body: {} });
      await refresh();
    });
    return element("li", { "data-order": order.id },
      element("span", { class: "grow" }, order.items.map((item) => `${item.quantity} × ${item.sku}`).join(", "),
        " ", element("small", {}, money(order.total))),
      pill(order.status, order.reason),
      order.status === "CONFIRMED" ? element("button", { class: "quiet", onclick: cancel }, "Cancel") : null);
  }, "No orders yet. Buy something.");
}

async function upload(announcement, file) {
  const token = await staffToken();
  const created = await ask("/uploads", { method: "POST", token, body: { ...announcement, size_bytes: file.size } });
  // The browser sets the content length itself and does not let a page set it.
  const headers = Object.fromEntries(Object.entries(created.headers).filter(([name]) => name.toLowerCase() !== "content-length"));
  const response = await fetch(created.url, { method: created.method, headers, body: file });
  if (!response.ok) throw new Error(`the upload was refused with ${response.status}`);
  watchedUploads.set(created.id, { name: file.name, status: "WAITING" });
  await refresh();
}

async function showUploads() {
  const token = await staffToken();
  for (const [id, known] of watchedUploads) {
    if (["DONE", "REJECTED"].includes(known.status)) continue;
    watchedUploads.set(id, { ...known, ...(await ask(`/uploads/${id}`, { token })) });
  }
  replaceWhenChanged(byId("uploads"), [...watchedUploads.values()].reverse(), (one) => {
    const numbers = one.import && `${one.import.percent} %, ${one.import.rows_written} written, ${one.import.rows_rejected} rejected`;
    const report = one.import?.rejected_rows_url;
    return element("li", {},
      element("span", { class: "grow" }, one.name, " ", element("small", {}, numbers ?? "")),
      report ? element("a", { href: report, download: "rejected.csv" }, "rejected rows") : null,
      pill(one.status, one.reason));
  });
}

function timelineButton(correlationId, invocations) {
  const choose = () => {
    chosenStory = correlationId;
    showStory(invocations);
  };
  return element("button", { class: "quiet id", title: "Show the timeline of this request", onclick: choose }, correlationId);
}

function showStory(invocations) {
  const correlationId = chosenStory ?? newestStory(invocations);
  const story = storyOf(invocations, correlationId);
  if (!story.length) return;
  byId("story-of").textContent = correlationId;
  replaceWhenChanged(byId("story"), [story], drawing);
}

const clock = (time) => new Date(time).toLocaleTimeString();

async function showMachinery() {
  const views = ["invocations", "executions", "emails", "queues", "metrics"];
  const [{ invocations }, { executions }, { emails }, { queues }, { metrics }] =
    await Promise.all(views.map((view) => ask(`/dev/${view}`)));
  replaceWhenChanged(byId("invocations"), invocations.slice(0, 60), (one) => element("tr", {},
    element("td", {}, one.function), element("td", {}, one.source), element("td", {}, pill(one.outcome)),
    element("td", { class: "number" }, String(one.duration_ms ?? "")),
    element("td", {}, one.correlation_id ? timelineButton(one.correlation_id, invocations) : ""),
    element("td", {}, clock(one.started_at))));
  showStory(invocations);
  replaceWhenChanged(byId("executions"), executions.slice(0, 12), (one) => element("li", {},
    element("span", {}, one.state_machine, " ", element("small", {}, one.name)),
    element("span", { class: "grow" }, element("small", {}, one.states.join(" → "))),
    pill(one.status)), "No execution yet.");
  replaceWhenChanged(byId("mails"), emails.slice(0, 12), (mail) => element("li", {},
    element("span", { class: "grow" }, mail.subject, " ", element("small", {}, `to ${mail.to}, ${clock(mail.at)}`)),
    element("details", {}, element("summary", {}, "Text"), mail.text)), "No e-mail sent yet.");
  replaceWhenChanged(byId("metrics"), metrics, (one) => element("li", {},
    element("span", { class: "grow" }, one.name, " ", element("small", {}, one.reason ?? "")),
    element("span", { class: "number" }, String(one.total))), "No metrics yet.");
  byId("queues").textContent = queues.map((queue) => `${queue.name} ${queue.depth}`).join(" · ");
}

function guarded(work) {
  return async (event) => {
    event?.preventDefault();
    showNotice("");
    try {
      await work(event);
    } catch (fault) {
      showNotice(fault.message);
    }
  };
}

async function refresh() {
  await Promise.all([showProducts(), showOrders(), showUploads(), showMachinery()]);
}

byId("more-products").addEventListener("click", guarded(async () => {
  pagesShown += 1;
  await showProducts();
}));
byId("who").addEventListener("submit", (event) => event.preventDefault());
byId("customer").addEventListener("change", guarded(showOrders));
byId("photo-form").addEventListener("submit", guarded(async () => {
  const file = byId("photo-file").files[0];
  await upload({ kind: "product-photo", sku: byId("photo-sku").value, content_type: file.type }, file);
}));
byId("catalog-form").addEventListener("submit", guarded(async () => {
  const file = byId("catalog-file").files[0];
  await upload({ kind: "catalog", file_name: file.name }, file);
}));

async function poll() {
  try {
    await refresh();
    if (byId("notice").dataset.offline) {
      delete byId("notice").dataset.offline;
      showNotice("");
    }
  } catch (fault) {
    byId("notice").dataset.offline = "yes";
    showNotice(`The shop does not answer: ${fault.message}`);
  }
  setTimeout(poll, document.hidden ? 4 * POLL_EVERY_MS : POLL_EVERY_MS);
}

poll();
