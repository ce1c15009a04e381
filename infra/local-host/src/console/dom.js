// Builds page elements, and changes the page to a new state without losing focus, scroll position or open details.

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, any>} Attributes */

/** The handlers of each element by event type, so that an update can replace them. @type {WeakMap<Element, Map<string, (event: any) => void>>} */
const handlers = new WeakMap();

/** @param {Element} node @param {string} type @param {(event: any) => void} handler */
function listen(node, type, handler) {
  const own = handlers.get(node) ?? new Map();
  if (!own.has(type)) node.addEventListener(type, (event) => handlers.get(node)?.get(type)?.(event));
  own.set(type, handler);
  handlers.set(node, own);
}

/** @template {Element} T @param {T} node @param {Attributes} attributes @param {Child[]} children @returns {T} */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) listen(node, name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    node.append(typeof child === "number" ? String(child) : child);
  }
  return node;
}

/**
 * An HTML element. Attributes that start with `on` are event handlers; `data-key` identifies a child among its siblings.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name @param {Attributes} [attributes] @param {...Child} children @returns {HTMLElementTagNameMap[K]}
 */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** An SVG element. @param {string} name @param {Attributes} [attributes] @param {...Child} children @returns {SVGElement} */
export function shape(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** The element with this id, which the page always has. @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element #${id}`);
  return found;
}

/**
 * Gives `parent` these children. Children that are there already stay the same elements and take over what differs.
 * @param {Element} parent @param {Child[]} children
 */
export function show(parent, ...children) {
  const holder = document.createDocumentFragment();
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    holder.append(typeof child === "number" ? String(child) : child);
  }
  morphChildren(parent, [...holder.childNodes]);
}

/** @param {Node} node */
const keyOf = (node) => (node instanceof Element ? node.getAttribute("data-key") : null);

/** @param {Node} parent @param {ChildNode[]} wanted */
function morphChildren(parent, wanted) {
  /** @type {Map<string, ChildNode>} */
  const keyed = new Map();
  for (const child of parent.childNodes) {
    const key = keyOf(child);
    if (key) keyed.set(key, child);
  }
  let position = parent.firstChild;
  for (const next of wanted) {
    const key = keyOf(next);
    let present = key ? keyed.get(key) ?? null : position;
    if (!key && present && keyOf(present)) present = null;
    if (present && isAlike(present, next)) {
      if (present === position) position = position?.nextSibling ?? null;
      else parent.insertBefore(present, position);
      morph(present, next);
    } else {
      parent.insertBefore(next, position);
    }
  }
  while (position) {
    const following = position.nextSibling;
    position.remove();
    position = following;
  }
}

/** @param {Node} a @param {Node} b */
function isAlike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);
}

/** What a visitor changes on the page itself stays as it is. */
const OWNED_BY_VISITOR = ["open", "value", "checked"];

/** @param {Node} present @param {Node} next */
function morph(present, next) {
  if (!(present instanceof Element) || !(next instanceof Element)) {
    if (present.nodeValue !== next.nodeValue) present.nodeValue = next.nodeValue;
    return;
  }
  if (present.hasAttribute("data-kept")) return;
  for (const { name } of [...present.attributes]) {
    if (!next.hasAttribute(name) && !OWNED_BY_VISITOR.includes(name)) present.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (present.getAttribute(name) !== value && !OWNED_BY_VISITOR.includes(name)) present.setAttribute(name, value);
  }
  for (const [type, handler] of handlers.get(next) ?? []) listen(present, type, handler);
  morphChildren(present, [...next.childNodes]);
}

/** @param {string} text @param {string} [kind] */
export const pill = (text, kind = "") => element("span", { class: `pill ${kind}` }, text);

/** A table with a caption for screen readers. @param {string} caption @param {string[]} heads @param {HTMLTableRowElement[]} rows */
export function table(caption, heads, rows) {
  return element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    element("table", {},
      element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, ...rows)));
}

/** JSON or text, readable and scrollable. @param {any} value @param {string} label */
export function code(value, label) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return element("pre", { tabindex: 0, "aria-label": label }, text ?? "");
}
