// Imports a catalog with csv-parse and the SDK for JavaScript, many updates at once: `node write.mjs FILE`.

import { createReadStream } from "node:fs";
import { Agent } from "node:http";
import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { parse } from "csv-parse";

const IN_FLIGHT = 64;

const client = new DynamoDBClient({
  requestHandler: new NodeHttpHandler({ httpAgent: new Agent({ keepAlive: true, maxSockets: IN_FLIGHT }) }),
});

function write(row, offset) {
  return client.send(
    new UpdateItemCommand({
      TableName: "products",
      Key: { pk: { S: `product#${row.sku}` } },
      ConditionExpression: "attribute_not_exists(catalog_version) OR catalog_version < :version",
      UpdateExpression:
        "SET sku = :sku, listing = :listed, #name = :name, description = :description, price_minor = :price, " +
        "currency = :currency, catalog_version = :version, catalog_at = :at, " +
        "available = :stock - if_not_exists(reserved, :none)",
      ExpressionAttributeNames: { "#name": "name" },
      ExpressionAttributeValues: {
        ":sku": { S: row.sku },
        ":listed": { S: "catalog" },
        ":name": { S: row.name },
        ":description": { S: row.description },
        ":price": { N: String(Math.round(Number(row.price) * 100)) },
        ":currency": { S: row.currency },
        ":version": { S: `${"1".padStart(20, "0")}#${String(offset).padStart(20, "0")}` },
        ":at": { N: "1793527200000" },
        ":stock": { N: row.stock },
        ":none": { N: "0" },
      },
    }),
  );
}

const rows = createReadStream(process.argv[2]).pipe(parse({ columns: true, relax_column_count: true }));
const inFlight = new Set();
let written = 0;
let offset = 0;
for await (const row of rows) {
  offset += 1;
  if (!(Number(row.price) >= 0) || !(Number(row.stock) >= 0)) continue;
  const writing = write(row, offset).then(() => {
    written += 1;
    inFlight.delete(writing);
  });
  inFlight.add(writing);
  if (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight);
}
await Promise.all(inFlight);
console.log(written);
