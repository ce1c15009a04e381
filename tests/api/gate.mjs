// Fails if the API's documents break what the last release promised, unless the changelog names the change.
//
//     node gate.mjs ROOT [--release]
//
// Compares infra/openapi.yaml and infra/schemas/ with infra/released/. `--release` copies the present documents there.

import { cpSync, existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { apiDiff, compareJsonSchema } from "api-smart-diff";
import { load } from "js-yaml";

/** Where CHANGELOG.md lists breaking changes of the unreleased version. */
const HEADING = "### Breaking API changes";

/** The breaking changes between two OpenAPI documents, each as the path of what changed. */
export function brokenApi(released, present) {
  // Components are compared where paths refer to them: only there is it plain whether they are sent or received.
  const changes = apiDiff(merged(released), merged(present)).filter((change) => change.path[0] === "paths");
  return names(changes.filter((change) => change.type === "breaking" || isNewValue(change)));
}

/**
 * A copy in which a reference that stands beside other keywords is replaced by what it refers to, with these keywords.
 * OpenAPI 3.1 adds them to the schema; `api-smart-diff` would take them instead of it.
 */
function merged(document, node = document) {
  if (Array.isArray(node)) {
    return node.map((item) => merged(document, item));
  }
  if (node === null || typeof node !== "object") {
    return node;
  }
  const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, merged(document, value)]));
  const { $ref: reference, ...beside } = copy;
  if (typeof reference !== "string" || Object.keys(beside).length === 0) {
    return copy;
  }
  const target = reference.slice("#/".length).split("/").reduce((found, name) => found[name], document);
  return { ...merged(document, target), ...beside };
}

/** A caller may fail on a value of an enumeration that it does not know. */
function isNewValue(change) {
  return change.action === "add" && change.path[3] === "responses" && change.path.includes("enum");
}

/**
 * The breaking changes between two schemas of an event. Old and new versions of functions read each other's events, so a
 * change that breaks a reader or a writer counts.
 */
export function brokenEvent(released, present) {
  const forth = compareJsonSchema(released, present).diffs;
  const back = compareJsonSchema(present, released).diffs;
  return names([...forth, ...back].filter((change) => change.type === "breaking" && !isOptionalMember(change, present)));
}

/** Readers ignore members that they do not know. */
function isOptionalMember(change, present) {
  const [properties, member, ...rest] = change.path;
  return (
    properties === "properties" && rest.length === 0 && member in present.properties && !present.required.includes(member)
  );
}

function names(changes) {
  return [...new Set(changes.map((change) => change.path.join(" ")))];
}

/** The changes that the changelog names, each in backticks on a line of its own below the heading. */
export function namedChanges(changelog) {
  const unreleased = changelog.split("\n## ")[1] ?? "";
  const section = unreleased.split(`${HEADING}\n`)[1]?.split("\n#")[0] ?? "";
  return [...section.matchAll(/^- `([^`]+)`/gm)].map((match) => match[1]);
}

function check(root) {
  const openapi = (folder) => load(readFileSync(join(root, folder, "openapi.yaml"), "utf8"));
  const schema = (folder, file) => JSON.parse(readFileSync(join(root, folder, "schemas", file), "utf8"));
  const broken = brokenApi(openapi("infra/released"), openapi("infra"));
  for (const file of readdirSync(join(root, "infra/released/schemas"))) {
    if (!existsSync(join(root, "infra/schemas", file))) {
      broken.push(file);
      continue;
    }
    const changes = brokenEvent(schema("infra/released", file), schema("infra", file));
    broken.push(...changes.map((change) => `${file} ${change}`));
  }
  const named = namedChanges(readFileSync(join(root, "CHANGELOG.md"), "utf8"));
  return broken.filter((change) => !named.includes(change));
}

function main([root, option]) {
  if (option === "--release") {
    rmSync(join(root, "infra/released"), { recursive: true, force: true });
    for (const part of ["openapi.yaml", "schemas"]) {
      cpSync(join(root, "infra", part), join(root, "infra/released", part), { recursive: true });
    }
    return;
  }
  const broken = check(root);
  if (broken.length > 0) {
    const lines = broken.map((change) => `- \`${change}\``).join("\n");
    console.error(
      `The API's documents break the released ones. Change them back, or name each below "${HEADING}" in CHANGELOG.md:\n${lines}`,
    );
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(process.argv.slice(2));
}
