// Takes a picture of every view in both themes, for people to look at. With UPDATE_DOCS=1 it also renews those of the documents.

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { DESKTOP, PHONE, browser, openPage, order, repository, shop, useShop } from "./shop.mjs";

const FOLDER = path.join(repository, "target/browser/screenshots");
const DOCS = path.join(repository, "docs/images");
const DOCS_BYTES_MAX = 150 * 1024;
const WEBP_QUALITY = 0.72;
const VIEWS = {
  stories: "#/stories", machines: "#/machines/OrderSaga", environments: "#/environments", pictures: "#/pictures", data: "#/data/table%3Aorders",
  mail: "#/mail", operator: "#/operator", bill: "#/bill", api: "#/api/placeOrder",
};

useShop({ started: () => mkdir(FOLDER, { recursive: true }) });

const isUpdate = process.env.UPDATE_DOCS === "1";

/** Stores a picture; as WebP for the documents, which the browser itself encodes. */
async function take(page, name, document) {
  const png = await page.screenshot();
  await writeFile(path.join(FOLDER, `${name}.png`), png);
  if (!document || !isUpdate) return;
  const encoder = await browser.newPage();
  const base64 = await encoder.evaluate(async ([source, quality]) => {
    const blob = await (await fetch(`data:image/png;base64,${source}`)).blob();
    const bitmap = await createImageBitmap(blob);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    const webp = await canvas.convertToBlob({ type: "image/webp", quality });
    return btoa(Array.from(new Uint8Array(await webp.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(""));
  }, [png.toString("base64"), WEBP_QUALITY]);
  await encoder.close();
  const webp = Buffer.from(base64, "base64");
  assert.ok(webp.length < DOCS_BYTES_MAX, `${document} has ${webp.length} bytes`);
  await mkdir(DOCS, { recursive: true });
  await writeFile(path.join(DOCS, document), webp);
}

for (const theme of ["light", "dark"]) {
  test(`every view is pictured, ${theme}`, async () => {
    const { page, errors, close } = await openPage(browser, shop.url, { theme });
    const isLight = theme === "light";
    await page.click("#sample-photo");
    await order(page, "tok_declined");
    const row = await order(page, "tok_ok");
    await page.locator("#map .node.recent").nth(6).waitFor();
    await take(page, `stage-${theme}`, isLight && "console-stage.webp");
    await row.getByText("CONFIRMED").waitFor({ timeout: 60_000 });
    await page.locator("#orders").getByText("REJECTED").first().waitFor({ timeout: 60_000 });
    await page.locator("#upload-status").getByText("DONE").first().waitFor({ timeout: 60_000 });
    await row.locator("a").click();
    await page.locator(".hop", { hasText: "orders-place" }).locator("button").first().click();
    await page.locator(".detail").waitFor();
    await take(page, `story-${theme}`, isLight && "console-story.webp");
    for (const tab of ["map", "bill"]) {
      await page.click(`#tab-${tab}`);
      await take(page, `story-${tab}-${theme}`);
    }
    await page.keyboard.press("Escape");
    await page.locator("#orders [data-order]", { hasText: "REJECTED" }).first().locator("a").click();
    await page.click("#tab-states");
    await page.locator("svg.states").waitFor();
    await take(page, `story-states-${theme}`, isLight && "console-states.webp");
    await page.keyboard.press("Escape");
    await page.click("#tour-start");
    await take(page, `tour-${theme}`);
    await page.getByRole("button", { name: "End the tour" }).click();
    for (const [name, hash] of Object.entries(VIEWS)) {
      await page.evaluate((target) => { location.hash = target; }, hash);
      await page.waitForFunction((view) => document.querySelector("#view")?.dataset.view === view, name);
      await page.waitForFunction(() => !document.querySelector("#view")?.textContent?.startsWith("Loading"));
      await page.waitForTimeout(300);
      await take(page, `${name}-${theme}`);
      await page.setViewportSize(PHONE);
      await take(page, `${name}-${theme}-phone`);
      await page.setViewportSize(DESKTOP);
    }
    await page.evaluate(() => { location.hash = "#/"; });
    await page.setViewportSize(PHONE);
    await take(page, `stage-${theme}-phone`);
    assert.deepEqual(errors, []);
    await close();
  });
}
