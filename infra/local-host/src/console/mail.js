// Sent e-mails, shown as HTML inside a sandboxed frame that runs no script of theirs and loads nothing.

import { ask } from "./api.js";
import { element } from "./dom.js";
import { clock } from "./format.js";
import { linkTo } from "./route.js";

/** @param {string} detail the position of the chosen mail @returns {Promise<Node[]>} */
export async function mailView(detail) {
  const { emails } = await ask("/dev/emails");
  const chosen = emails[Number(detail) || 0];
  return [
    element("h2", {}, "E-mails"),
    element("p", {}, "Nothing leaves this machine. A mail is sent at most once: the shop claims the right to send before it sends."),
    emails.length === 0 ? element("p", { class: "empty" }, "No e-mail yet. Place an order.") : element("div", { class: "mails" },
      element("ul", { class: "rows" }, ...emails.map((/** @type {any} */ mail, /** @type {number} */ index) => element("li", { "data-key": `${mail.at} ${index}` },
        element("a", { href: linkTo("mail", String(index)), "aria-current": mail === chosen ? "true" : undefined }, mail.subject),
        element("small", {}, ` to ${mail.to}, ${clock(mail.at)}`)))),
      chosen && letter(chosen)),
  ];
}

/** @param {any} mail */
function letter(mail) {
  const frame = element("iframe", { sandbox: "", title: `E-mail: ${mail.subject}`, srcdoc: documentOf(mail) });
  return element("article", { class: "card", "data-key": `${mail.at} ${mail.subject}` },
    element("h3", {}, mail.subject), element("p", { class: "soft" }, `to ${mail.to}`), frame,
    element("details", {}, element("summary", {}, "As plain text"), element("pre", { tabindex: 0, "aria-label": "Plain text" }, mail.text)));
}

/** The frame has the page's content security policy. @param {any} mail */
const documentOf = (mail) => `<!doctype html><html lang="en"><head><title>E-mail</title></head><body>${mail.html ?? "<p>This e-mail has no HTML part.</p>"}</body></html>`;
