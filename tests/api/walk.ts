// Places an order, announces an upload and cancels the order with a client that is generated from infra/openapi.yaml.
//
//     node walk.js URL

import createClient from "openapi-fetch";

import type { components, paths } from "./openapi.js";

type Order = components["schemas"]["Order"];

/** How long an order may take, in seconds. */
const PATIENCE_SECONDS = 60;
const HISTORY = "PENDING customer, CONFIRMED saga, CANCELLING customer, CANCELLED saga";

const [url] = process.argv.slice(2);
if (url === undefined) {
  throw new Error("name the URL of the shop");
}

async function client(subject: string, groups: string[]) {
  const answer = await fetch(`${url}/dev/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ sub: subject, groups }),
  });
  const token = (await answer.json()) as { access_token: string };
  return createClient<paths>({ baseUrl: url, headers: { authorization: `Bearer ${token.access_token}` } });
}

type Client = Awaited<ReturnType<typeof client>>;

/** The body of a successful answer. */
function data<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) {
    throw new Error(`${answer.response.status}: ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

async function orderWithStatus(customer: Client, id: string, status: Order["status"]): Promise<Order> {
  for (let attempt = 0; attempt < PATIENCE_SECONDS * 5; attempt += 1) {
    const order = data(await customer.GET("/orders/{id}", { params: { path: { id } } }));
    if (order.status === status) {
      return order;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`order ${id} did not become ${status}`);
}

async function placeAndCancel(customer: Client) {
  const products = data(await customer.GET("/products", { params: { query: { limit: 1 } } }));
  const [product] = products.products;
  if (product === undefined) {
    throw new Error("the shop has no product");
  }
  const placed = await customer.POST("/orders", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { items: [{ sku: product.sku, quantity: 2 }], payment_token: "tok_ok" },
  });
  const { id, total } = data(placed);
  if (total.amount_minor !== 2 * product.price.amount_minor) {
    throw new Error(`the total is ${total.amount_minor}`);
  }
  await orderWithStatus(customer, id, "CONFIRMED");
  data(await customer.POST("/orders/{id}/cancel", { params: { path: { id } } }));
  await orderWithStatus(customer, id, "CANCELLED");
  const { events } = data(await customer.GET("/orders/{id}/events", { params: { path: { id } } }));
  const shown = events.map(({ status, by }) => `${status} ${by}`).join(", ");
  if (shown !== HISTORY) {
    throw new Error(`the history is ${shown}`);
  }
}

async function upload(staff: Client) {
  const csv = "sku,name,description,price,currency,stock\nTS-01,Cup,A cup,7.50,EUR,12\n";
  const announced = await staff.POST("/uploads", {
    body: { kind: "catalog", file_name: "walk.csv", size_bytes: csv.length },
  });
  const link = data(announced);
  const sent = await fetch(link.url, { method: link.method, headers: link.headers, body: csv });
  if (!sent.ok) {
    throw new Error(`the upload was answered with ${sent.status}`);
  }
  for (let attempt = 0; attempt < PATIENCE_SECONDS * 5; attempt += 1) {
    const shown = data(await staff.GET("/uploads/{id}", { params: { path: { id: link.id } } }));
    if (shown.status === "DONE" && shown.import?.rows_written === 1) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`the upload ${link.id} was not imported`);
}

async function refusal(customer: Client) {
  const answer = await customer.GET("/orders/{id}", { params: { path: { id: "absent" } } });
  if (answer.response.status !== 404 || answer.error === undefined) {
    throw new Error("an absent order is found");
  }
}

const customer = await client("ann", []);
await placeAndCancel(customer);
await refusal(customer);
await upload(await client("olga", ["staff"]));
