// Tests that the gate finds each kind of breaking change, and lets the others pass.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { load } from "js-yaml";

import { brokenApi, brokenEvent, namedChanges } from "./gate.mjs";

const root = process.env.REPOSITORY;
const released = load(readFileSync(join(root, "infra/released/openapi.yaml"), "utf8"));
const event = JSON.parse(readFileSync(join(root, "infra/released/schemas/saga-input.json"), "utf8"));

/** What the gate reports after a change of the released document. */
function after(change) {
  const present = structuredClone(released);
  change(present);
  return brokenApi(released, present);
}

function afterEvent(change) {
  const present = structuredClone(event);
  change(present);
  return brokenEvent(event, present);
}

const order = (document) => document.components.schemas.Order;
const newOrder = (document) => document.components.schemas.NewOrder;

test("the released documents do not break themselves", () => {
  assert.deepEqual(after(() => {}), []);
  assert.deepEqual(afterEvent(() => {}), []);
});

test("a renamed member of an answer is found", () => {
  const broken = after((document) => {
    const members = order(document).properties;
    members.sum = members.total;
    delete members.total;
    order(document).required = order(document).required.map((name) => (name === "total" ? "sum" : name));
  });
  assert.ok(broken.some((change) => change.startsWith("paths /orders post responses 202") && change.endsWith("total")));
});

test("a description beside a reference hides no break, and is none", () => {
  const describe = (document) => (order(document).properties.total = { ...order(document).properties.total, description: "All items." });
  assert.deepEqual(after(describe), []);
  const broken = after((document) => {
    describe(document);
    delete document.components.schemas.Money.properties.currency;
  });
  assert.ok(broken.some((change) => change.startsWith("paths /orders post responses 202") && change.includes("total")));
});

test("a removed status is found", () => {
  const broken = after((document) => delete document.paths["/orders"].post.responses["409"]);
  assert.deepEqual(broken, ["paths /orders post responses 409"]);
});

test("a removed route is found", () => {
  assert.deepEqual(after((document) => delete document.paths["/products"].get), ["paths /products get"]);
});

test("a lowered limit is found", () => {
  const body = after((document) => (newOrder(document).properties.items.maxItems = 10));
  assert.equal(body.length, 1);
  assert.match(body[0], /items maxItems$/);
  const limit = (document) => document.paths["/orders"].get.parameters.find((one) => one.name === "limit");
  assert.equal(after((document) => (limit(document).schema.maximum = 50)).length, 1);
});

test("a new required member of a body is found", () => {
  const broken = after((document) => {
    newOrder(document).properties.note = { type: "string" };
    newOrder(document).required.push("note");
  });
  assert.ok(broken.some((change) => change.includes("requestBody") && change.endsWith("note")));
});

test("a new status value of an answer is found", () => {
  assert.ok(after((document) => order(document).properties.status.enum.push("SHIPPED")).length > 0);
});

test("a removed member of an event is found", () => {
  const broken = afterEvent((schema) => {
    delete schema.properties.correlation_id;
    schema.required = schema.required.filter((name) => name !== "correlation_id");
  });
  assert.ok(broken.some((change) => change === "properties correlation_id"));
});

test("a new required member of an event is found", () => {
  const broken = afterEvent((schema) => {
    schema.properties.attempt = { type: "integer" };
    schema.required.push("attempt");
  });
  assert.ok(broken.length > 0);
});

test("additions that no caller has to know pass", () => {
  const broken = after((document) => {
    order(document).properties.gift_message = { type: "string" };
    newOrder(document).properties.gift_message = { type: "string" };
    newOrder(document).properties.items.maxItems = 100;
    document.paths["/orders/{id}/receipt"] = document.paths["/orders/{id}"];
    document.paths["/orders"].get.parameters.push({
      name: "newest",
      in: "query",
      required: false,
      schema: { type: "string" },
    });
  });
  assert.deepEqual(broken, []);
  assert.deepEqual(afterEvent((schema) => (schema.properties.attempt = { type: "integer" })), []);
});

test("a change that the changelog names is allowed, and only that one", () => {
  const changelog =
    "# Changelog\n\n## Unreleased\n\n- Text.\n\n### Breaking API changes\n\n- `paths /products get`: gone.\n\n## 0.1.0\n\n### Breaking API changes\n\n- `old`\n";
  assert.deepEqual(namedChanges(changelog), ["paths /products get"]);
  assert.deepEqual(namedChanges("# Changelog\n\n## Unreleased\n"), []);
});

/** Runs the program over a copy of the documents in which `change` was made. */
function gateOver(change) {
  const copy = mkdtempSync(join(tmpdir(), "gate-"));
  try {
    mkdirSync(join(copy, "infra"));
    for (const part of ["infra/openapi.yaml", "infra/schemas", "infra/released", "CHANGELOG.md"]) {
      cpSync(join(root, part), join(copy, part), { recursive: true });
    }
    change(copy);
    return spawnSync(process.execPath, [fileURLToPath(new URL("gate.mjs", import.meta.url)), copy], { encoding: "utf8" });
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function withoutTheCorrelationId(copy) {
  const path = join(copy, "infra/schemas/saga-input.json");
  const schema = JSON.parse(readFileSync(path, "utf8"));
  delete schema.properties.correlation_id;
  schema.required = schema.required.filter((name) => name !== "correlation_id");
  writeFileSync(path, JSON.stringify(schema));
}

test("the program passes the present documents", () => {
  const { status, stderr } = gateOver(() => {});
  assert.equal(status, 0, stderr);
});

test("the program fails on a removed member of an event, and names it", () => {
  const { status, stderr } = gateOver(withoutTheCorrelationId);
  assert.equal(status, 1);
  assert.match(stderr, /- `saga-input\.json properties correlation_id`/);
});

test("the program fails on an event that is gone", () => {
  const { status, stderr } = gateOver((copy) => rmSync(join(copy, "infra/schemas/saga-input.json")));
  assert.equal(status, 1);
  assert.match(stderr, /- `saga-input\.json`/);
});

test("the program passes changes that the changelog names, and no others", () => {
  const over = (...changes) =>
    gateOver((copy) => {
      withoutTheCorrelationId(copy);
      const lines = changes.map((change) => `- \`saga-input.json ${change}\`: no step reads it.\n`);
      const changelog = `# Changelog\n\n## Unreleased\n\n### Breaking API changes\n\n${lines.join("")}`;
      writeFileSync(join(copy, "CHANGELOG.md"), changelog);
    });
  assert.equal(over("properties correlation_id", "required 1").status, 0);
  assert.equal(over("properties correlation_id").status, 1);
});
