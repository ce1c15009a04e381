// GET /orders/{id} on Node, and the loop that Lambda's own runtime runs around a handler, as small as it can be.
import http from "node:http";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient({});
const table = process.env.ORDERS_TABLE;

async function handler(event) {
  const id = event.pathParameters.id;
  const caller = event.requestContext.authorizer.jwt.claims.sub;
  const { Item: item } = await client.send(
    new GetItemCommand({ TableName: table, Key: { pk: { S: `order#${id}` } }, ConsistentRead: true }),
  );
  if (item?.customer_id.S !== caller) return { statusCode: 404 };
  const order = {
    id: item.order_id.S,
    status: item.status.S,
    items: JSON.parse(item.lines.S).map((line) => ({
      sku: line.sku,
      quantity: line.quantity,
      unit_price: { amount_minor: line.unit_price_minor, currency: line.currency },
    })),
    total: { amount_minor: Number(item.total_minor.N), currency: item.currency.S },
    created_at: new Date(Number(item.created_at.N)).toISOString(),
    updated_at: new Date(Number(item.updated_at.N)).toISOString(),
  };
  console.log(JSON.stringify({ level: "INFO", message: "invocation ended", status: 200, order_id: id }));
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(order) };
}

const agent = new http.Agent({ keepAlive: true });
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/`;

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(api + path, { method, agent }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve([response.headers, Buffer.concat(parts).toString()]));
    });
    request.on("error", reject);
    request.end(body);
  });
}

for (;;) {
  const [headers, event] = await call("GET", "next");
  const answer = await handler(JSON.parse(event));
  await call("POST", `${headers["lambda-runtime-aws-request-id"]}/response`, JSON.stringify(answer));
}
