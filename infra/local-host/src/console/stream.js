// Receives the event stream of the local host and hands the records on in small slices, so that the page stays quick.

/**
 * @typedef {Record<string, any> & {id: number, at: string, kind: string, story: string | null, stories?: string[],
 *   from: string | null, to: string | null, text: string}} EventRecord
 */

/** The page keeps as many records as the local host. */
const RECORDS_KEPT = 10_000;
/** Milliseconds of one slice of work, well below a frame of 16 ms. */
const SLICE_MS = 8;
/** Records that are handed on together. */
const BATCH = 20;
/** Members of a record that may be large; the story drawer loads them again. */
const LARGE = ["event", "answer", "request_body", "response_body", "input", "output", "log"];

/** @type {EventRecord[]} */
export const records = [];
/** @type {string[]} */
let waiting = [];
let isWorking = false;
/** @type {((batch: EventRecord[]) => void)[]} */
const readers = [];
/** @type {((isOpen: boolean) => void)[]} */
const watchers = [];

/** @param {(batch: EventRecord[]) => void} reader */
export const onRecords = (reader) => readers.push(reader);
/** Reports whether the page is connected. @param {(isOpen: boolean) => void} watcher */
export const onConnection = (watcher) => watchers.push(watcher);

/** When this page was opened. */
export const openedAt = Date.now();
/** An older record is history: it is not shown as if it happened now. */
const FRESH_MS = 20_000;
/** Whether a record happened just now, and was not replayed by the host. @param {EventRecord} record */
export const isFresh = (record) => Date.now() - Date.parse(record.at) < FRESH_MS;

/** The stories that a record belongs to. @param {EventRecord} record @returns {string[]} */
export const storiesOf = (record) => record.stories ?? (record.story ? [record.story] : []);

/** @param {string[]} texts */
function handOn(texts) {
  const batch = texts.map((text) => {
    const record = /** @type {EventRecord} */ (JSON.parse(text));
    for (const name of LARGE) delete record[name];
    return record;
  });
  records.push(...batch);
  if (records.length > RECORDS_KEPT) records.splice(0, records.length - RECORDS_KEPT);
  for (const reader of readers) reader(batch);
}

function work() {
  const end = performance.now() + SLICE_MS;
  let position = 0;
  while (position < waiting.length && performance.now() < end) {
    handOn(waiting.slice(position, position + BATCH));
    position += BATCH;
  }
  waiting = waiting.slice(position);
  document.documentElement.dataset.records = String(records.length);
  isWorking = waiting.length > 0;
  if (isWorking) setTimeout(work, 0);
}

/** @param {MessageEvent<string>} message */
function receive(message) {
  waiting.push(message.data);
  if (isWorking) return;
  isWorking = true;
  setTimeout(work, 16);
}

/** Connects. The browser itself reconnects and sends `Last-Event-ID`. */
export function connect() {
  const source = new EventSource("/dev/events");
  source.addEventListener("message", receive);
  source.addEventListener("open", () => watchers.forEach((watcher) => watcher(true)));
  source.addEventListener("error", () => {
    watchers.forEach((watcher) => watcher(false));
    // A refusal ends an event source for good: try again later.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
  });
}

/** Runs `task` at most once per `ms`, and once more after the last call. @param {() => void} task @param {number} ms */
export function limited(task, ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      task();
    }, ms);
  };
}
