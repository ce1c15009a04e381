// Questions about serverless: the page answers each of them by the route that a visitor takes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browser, openPage, order, shop, useShop } from "./shop.mjs";

let page;

useShop({
  started: async () => {
    ({ page } = await openPage(browser, shop.url));
  },
});

/** The visitor's route: a link of the navigation. */
const visit = (name) => page.locator("#nav").getByRole("link", { name, exact: true }).click();
const answers = (place, text) => page.locator(place).getByText(text).first().waitFor({ timeout: 30_000 });

/** Orders, waits, opens the story of the order. */
async function openStory(outcome, status) {
  await visit("Stage");
  const row = await order(page, outcome);
  await row.getByText(status).waitFor({ timeout: 60_000 });
  await row.locator("a").click();
  await page.locator(".hop").first().waitFor();
}
const openRow = (text) => page.locator(".hop", { hasText: text }).first().locator("button").first().click();
const closeStory = () => page.keyboard.press("Escape");

test("what is a cold start?", async () => {
  await openStory("tok_ok", "CONFIRMED");
  await page.locator(".hop .pill.cold").first().waitFor();
  await openRow("orders-place");
  await answers(".detail", "no free environment was there");
  await closeStory();
});

test("why is the second order faster, and what is a warm start?", async () => {
  await openStory("tok_ok", "CONFIRMED");
  await openRow("orders-place");
  await answers(".detail", "warm: a frozen environment was reused");
  await closeStory();
});

test("what does one order cost, and a million?", async () => {
  await openStory("tok_ok", "CONFIRMED");
  await page.click("#tab-bill");
  await answers("#drawer", "A million of them");
  assert.match(await page.locator("#drawer .sum strong").textContent() ?? "", /^µ\$ [1-9]/);
  await closeStory();
});

test("what does an idle shop cost?", async () => {
  await visit("Bill");
  await answers("#view", "While nothing happens: µ$ 0");
});

test("what happens if a payment is declined after stock was reserved?", async () => {
  await openStory("tok_declined", "REJECTED");
  await page.click("#tab-states");
  await answers("#drawer", "what had been done was undone");
  await closeStory();
});

test("how is a failing step retried, and how often?", async () => {
  await openStory("tok_flaky", "CONFIRMED");
  await openRow("retry 2 of");
  await answers(".detail", "carries the same key");
  await closeStory();
});

test("how does every order get its saga, if the process dies in between?", async () => {
  await openStory("tok_ok", "CONFIRMED");
  await openRow("INSERT in");
  await answers(".detail", "the outbox pattern");
  await closeStory();
});

test("how many environments does a function have, and when do they end?", async () => {
  await visit("Environments");
  await answers("#view", "serves one event at a time");
  await answers("#view", "after minutes without work it ends");
  await page.locator("#view .card", { hasText: "orders-place" }).getByText("frozen").first().waitFor();
});

test("where do messages go that always fail?", async () => {
  await visit("Parked");
  await answers("#view", "A message that failed too often waits here");
});

test("how does a large file get in without passing through a function?", async () => {
  await visit("Pictures");
  await answers("#view", "straight into a bucket");
});

test("why is an e-mail sent only once?", async () => {
  await visit("E-mails");
  await answers("#view", "claims the right to send before it sends");
});

test("why was the order not placed twice?", async () => {
  await visit("Stage");
  const row = await order(page, "tok_ok");
  await row.getByText("CONFIRMED").waitFor({ timeout: 60_000 });
  const ids = () => page.locator("#orders [data-order]").evaluateAll((rows) => rows.map((each) => each.dataset.order));
  const before = await ids();
  await page.click("#repeat-order");
  await answers("#notice", "was not placed twice");
  assert.deepEqual(await ids(), before);
});

test("what happens when a function dies?", async () => {
  await page.click("#tour-start");
  for (let step = 1; step < 5; step += 1) await page.click("#tour-next");
  await answers("#tour", "If a function dies, its event is delivered again");
  await page.getByRole("button", { name: "End the tour" }).click();
});
