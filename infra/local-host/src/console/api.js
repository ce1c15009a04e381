// Sends requests to the shop's API and to the development routes of the local host.

/** @typedef {import("./types/openapi.js").components["schemas"]} Schemas */
/** @typedef {{method?: string, token?: string | null, headers?: Record<string, string>, body?: unknown}} Options */

const TOKEN_MINUTES = 30;
/** @type {Map<string, string>} */
const tokens = new Map();

/** An answer that is no success, with the shop's own text. */
export class Refusal extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Sends a request and returns the body of the answer. Throws a {@link Refusal} with the shop's error text.
 * @param {string} path @param {Options} [options] @returns {Promise<any>}
 */
export async function ask(path, { method = "GET", token, headers = {}, body } = {}) {
  const all = { ...headers };
  if (token) all.authorization = `Bearer ${token}`;
  if (body !== undefined || method !== "GET") all["content-type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers: all, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Refusal(0, "The local host does not answer. Start it again with `cargo run`.");
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const details = (answer.errors ?? []).map((/** @type {{detail: string}} */ fault) => fault.detail).join(", ");
  const parts = [answer.title ?? answer.message ?? `${method} ${path} answered ${response.status}`, answer.detail, details];
  throw new Refusal(response.status, parts.filter(Boolean).join(": "));
}

/** An access token of the local issuer. @param {string} subject @param {string[]} [groups] @returns {Promise<string>} */
export async function tokenOf(subject, groups = []) {
  const key = `${subject} ${groups}`;
  const present = tokens.get(key);
  if (present) return present;
  const { access_token } = await ask("/dev/token", { method: "POST", body: { sub: subject, groups } });
  tokens.set(key, access_token);
  setTimeout(() => tokens.delete(key), TOKEN_MINUTES * 60 * 1000);
  return access_token;
}

export const staffToken = () => tokenOf("olga", ["staff"]);

/** The customer that the visitor plays. */
export function customer() {
  const input = /** @type {HTMLInputElement | null} */ (document.getElementById("customer"));
  return input?.value.trim() || "ann";
}

/**
 * The host signs links for one of its names; the page may have been opened by another.
 * @param {string} url
 */
export function sameOrigin(url) {
  const { pathname, search } = new URL(url, location.href);
  return pathname + search;
}

/** @param {{amount_minor: number, currency: string}} price */
export function money({ amount_minor, currency }) {
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(amount_minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
