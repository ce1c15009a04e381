// The address of what the page shows: `#/view/detail?story=ID&hop=N&q=TEXT`, so that every state of it has a link.

/** @typedef {{view: string, detail: string, query: URLSearchParams}} Route */

/** @returns {Route} */
export function currentRoute() {
  const [path = "", search = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [view = "", ...detail] = path.split("/");
  return { view: view || "stage", detail: decodeURIComponent(detail.join("/")), query: new URLSearchParams(search) };
}

/** The link to a view. The open story stays open. @param {string} view @param {string} [detail] @param {Record<string, string>} [query] */
export function linkTo(view, detail, query = {}) {
  const search = new URLSearchParams(query);
  const story = currentRoute().query.get("story");
  if (story && !search.has("story")) search.set("story", story);
  return hash(view, detail, search);
}

/** @param {string} view @param {string | undefined} detail @param {URLSearchParams} query */
function hash(view, detail, query) {
  const path = view === "stage" ? "" : view + (detail ? `/${encodeURIComponent(detail)}` : "");
  const search = query.toString();
  return `#/${path}${search ? `?${search}` : ""}`;
}

/** Changes members of the query; an empty value removes one. @param {Record<string, string>} changes */
export function changedQuery(changes) {
  const { view, detail, query } = currentRoute();
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  return hash(view, detail, query);
}

/** The link that opens a story above the present view. @param {string} story */
export const storyLink = (story) => changedQuery({ story, hop: "", at: "", tab: "" });
