// Exports a story, opens the file without the host, and refuses files that are not stories.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { browser, openPage, order, shop, useShop } from "./shop.mjs";

useShop();

const file = (name, text) => ({ name, mimeType: "application/json", buffer: Buffer.from(text) });

test("an exported story opens without the host, with its steps, states and bill", async () => {
  const { page, close } = await openPage(browser, shop.url);
  const row = await order(page, "tok_declined");
  await row.getByText("REJECTED").waitFor({ timeout: 30_000 });
  await row.locator("a").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export as a file" }).click()]);
  const text = await readFile(await download.path(), "utf8");
  assert.equal(JSON.parse(text).format, "popshop-story/1");
  for (const secret of ["tok_declined", "@", "Bearer"]) assert.ok(!text.includes(secret), `the file contains ${secret}`);
  await close();

  const other = await openPage(browser, shop.url, { hash: "#/stories" });
  await other.page.locator("#view input[type=file]").waitFor({ state: "attached" });
  await other.page.context().setOffline(true);
  await other.page.locator("#view input[type=file]").setInputFiles(file("a.story.json", text));
  await other.page.getByText("from a file").waitFor();
  await other.page.locator(".hop", { hasText: "saga-authorize-payment" }).first().waitFor();
  await other.page.click("#tab-states");
  await other.page.locator("#drawer figcaption .pill", { hasText: "compensated" }).waitFor();
  await other.page.click("#tab-map");
  await other.page.locator("#drawer svg.map .node.touched").first().waitFor();
  await other.page.click("#tab-bill");
  await other.page.locator("#drawer .bill .sum").waitFor();
  await other.close();
});

test("a file that is not a story is refused with a reason", async () => {
  const { page, close } = await openPage(browser, shop.url, { hash: "#/stories" });
  const input = page.locator("#view input[type=file]");
  await input.waitFor({ state: "attached" });
  for (const [text, reason] of [
    ["not json", "is not JSON"], ["{}", "its format must be popshop-story/1"], ["null", "its format must be"], ['{"format":"popshop-story/1"}', "with events and a map"],
    ['{"format":"popshop-story/2","events":[],"map":{"nodes":[],"edges":[]}}', "its format must be popshop-story/1"],
  ]) {
    await input.setInputFiles(file("wrong.json", text));
    await page.locator("#notice").getByText(reason).waitFor();
  }
  await input.setInputFiles(file("empty.json", '{"format":"popshop-story/1","story":"s","title":"t","events":[],"map":{"nodes":[],"edges":[]}}'));
  await page.getByText("from a file").waitFor();
  await close();
});
