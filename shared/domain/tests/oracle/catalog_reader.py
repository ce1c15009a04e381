"""A second reader of catalogs, for tests only: it shares no code and no tables with the shop's own reader.

Reads every file of the folder that its argument names, in the order of their names, and prints what it found, a line
for each row: `A LINE SKU NAME DESCRIPTION AMOUNT CURRENCY STOCK` for a valid one (texts in hexadecimal), and
`R FIRST-LAST FAULTS` for a rejected one. `U` stands for a file that is unusable as a whole.
"""

import bisect
import pathlib
import re
import sys
import unicodedata

COLUMNS = ["sku", "name", "description", "price", "currency", "stock"]
DECIMALS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
RECORD_BYTES = 65536
FIELDS_KEPT = 259
FIELDS_OF_A_HEADER = 256
MARK = "popshop report \u2713"
SPACES = set("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | {chr(c) for c in range(0x2000, 0x200B)}
NO_INK = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {chr(c) for c in range(0xFE00, 0xFE10)}

# A guard stands at the beginning of a cell or behind something that may divide it, before a formula.
IGNORED = "\\x00-\\x20\\x7f-\\xa0\\xad\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff\"'"
GUARD = re.compile(
    f"\\A'(?=[{IGNORED}]*[=+\\-@\\u2212\\uff1d\\uff0b\\uff0d\\uff20])"
    f"|(?<=[,;|\\t\\r\\n\\v\\f\\x85\\u2028\\u2029])'(?=[{IGNORED}]*[=+\\-@\\u2212\\uff1d\\uff0b\\uff0d\\uff20])"
    f"|\\A'(?=[\"']*[\\t\\r\\n])|\\A'(?=[{IGNORED}]*?[\\t\\r\\n])"
)


def is_hidden(character):
    return unicodedata.category(character) == "Cf" or character in NO_INK


def is_blank(text):
    return all(c in SPACES or c in "\0\x1a" or is_hidden(c) for c in text)


def trim(text):
    while text and is_blank(text[0]):
        text = text[1:]
    while text and is_blank(text[-1]):
        text = text[:-1]
    return text


class Lines:
    """The physical lines of a file: they end with CRLF, LF or CR."""

    def __init__(self, data):
        self.begins = [0] + [end.end() for end in re.finditer(rb"\r\n|\n|\r", data)]

    def of(self, offset):
        return bisect.bisect_right(self.begins, offset)


class Record:
    def __init__(self, begin):
        self.begin = begin
        self.fields = []
        self.bad_quotes = False
        self.last = begin


def split_field(data, at):
    """The content of the field that begins here, where it ends, and whether its quotes are in order."""
    if data[at : at + 1] != b'"':
        end = re.compile(rb"[,\r\n]|\Z").search(data, at).start()
        return data[at:end], end, b'"' not in data[at:end]
    content = b""
    here = at + 1
    while True:
        quote = data.find(b'"', here)
        if quote < 0:
            return content + data[here:], len(data), False
        content += data[here:quote]
        behind = data[quote + 1 : quote + 2]
        if behind == b'"':
            content += b'"'
            here = quote + 2
        elif behind in (b"", b",", b"\r", b"\n"):
            return content, quote + 1, True
        else:
            end = re.compile(rb"[,\r\n]|\Z").search(data, quote).start()
            return content + data[quote:end], end, False


def records(data):
    at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while at < len(data):
        if data[at : at + 1] in (b"\r", b"\n"):
            at += 1
            continue
        record = Record(at)
        while True:
            content, end, in_order = split_field(data, at)
            record.fields.append(content)
            record.bad_quotes |= not in_order
            if data[end : end + 1] != b",":
                break
            at = end + 1
        record.last = max(record.begin, end - 1)
        yield record
        at = end


def decoded(field):
    try:
        return field.decode("utf-8")
    except UnicodeDecodeError:
        return None


def restored(fields, own):
    kept = [field for place, field in enumerate(fields) if place not in own]
    return [field if decoded(field) is None else GUARD.sub("", decoded(field)).encode() for field in kept]


def header_of(fields):
    """The place of each column, how many there are, and the columns of a report. None for an unusable header."""
    names = [decoded(field) for field in fields]
    if None in names or len(fields) > FIELDS_KEPT:
        return None
    names = [trim(name) for name in names]
    own = set()
    if MARK in names:
        mark = names.index(MARK)
        own = {place for place in range(mark + 1) if place == mark or names[place] in ("line", "reason")}
        names = [trim(name.decode()) for name in restored([name.encode() for name in names], own)]
    lower = [name.lower() for name in names]
    if any(lower.count(column) != 1 for column in COLUMNS) or len(names) > FIELDS_OF_A_HEADER:
        return None
    return {column: lower.index(column) for column in COLUMNS}, len(names), own


def check_sku(text):
    bad = len(text.encode()) > 64 or text in ("", ".", "..") or text != text.strip("".join(SPACES))
    strange = (c for c in text if c in "/\\\ufffd" or unicodedata.category(c) == "Cc" or is_hidden(c))
    return not bad and not any(strange) and not any(c in SPACES and c != " " for c in text)


def check_text(text, limit, allowed):
    if len(text.encode()) > limit or "\ufffd" in text:
        return False
    return not any(unicodedata.category(c) == "Cc" and c not in allowed for c in text)


def amount_of(text, decimals):
    match = re.fullmatch(r"([0-9]+)(?:\.([0-9]+))?", text)
    if not match:
        return None
    whole, fraction = match.group(1), (match.group(2) or "").rstrip("0")
    if decimals is None:
        return 0
    if len(fraction) > decimals:
        return None
    amount = int(whole + fraction.ljust(decimals, "0"))
    return amount if amount <= 999_999_999_999 else None


def check(fields, places):
    """The faulty columns of a row, and its values."""
    texts = {c: decoded(fields[p]) if p < len(fields) else "" for c, p in places.items()}
    faulty = {column for column, text in texts.items() if text is None}
    known = {column: text for column, text in texts.items() if text is not None}
    if "sku" in known and not check_sku(known["sku"]):
        faulty.add("sku")
    if "name" in known and (is_blank(known["name"]) or not check_text(known["name"], 200, "")):
        faulty.add("name")
    if "description" in known and not check_text(known["description"], 4000, "\t\r\n"):
        faulty.add("description")
    currency = trim(known.get("currency", ""))
    if "currency" in known and currency not in DECIMALS:
        faulty.add("currency")
    amount = None
    if "price" in known:
        amount = amount_of(trim(known["price"]), DECIMALS.get(currency))
        if amount is None:
            faulty.add("price")
    stock = None
    if "stock" in known:
        text = trim(known["stock"])
        stock = int(text) if re.fullmatch(r"-?[0-9]+", text) else None
        if stock is None or not 0 <= stock <= 1_000_000_000:
            faulty.add("stock")
    return faulty, (known.get("sku"), known.get("name"), known.get("description"), amount, currency, stock)


def shape_faults(record, fields, places, width):
    faults = set()
    if sum(map(len, record.fields[:FIELDS_KEPT])) > RECORD_BYTES:
        faults.add("long")
    if record.bad_quotes:
        faults.add("quotes")
    elif len(fields) < width and any(place >= len(fields) for place in places.values()):
        faults.add("fields")
    elif any(decoded(field) is None or not is_blank(decoded(field)) for field in fields[width:]):
        faults.add("fields")
    return faults


def is_blank_record(record, fields):
    texts = [decoded(field) for field in fields]
    return not record.bad_quotes and None not in texts and all(map(is_blank, texts))


def read(data):
    lines = Lines(data)
    header = None
    for record in records(data):
        if header is None:
            if is_blank_record(record, record.fields):
                continue
            header = header_of(record.fields)
            if header is None or record.bad_quotes:
                yield "U"
                return
            continue
        places, width, own = header
        fields = restored(record.fields, own) if own else record.fields
        if is_blank_record(record, fields):
            continue
        first, last = lines.of(record.begin), lines.of(record.last)
        faults = shape_faults(record, fields, places, width)
        if not faults:
            faults, values = check(fields, places)
        if faults:
            yield f"R {first}-{last} {','.join(sorted(faults))}"
        else:
            sku, name, description, amount, currency, stock = values
            texts = " ".join(text.encode().hex() or "-" for text in (sku, name, description))
            yield f"A {first} {texts} {amount} {currency} {stock}"
    if header is None:
        yield "U"


def main():
    for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
        print(f"FILE {path.name}")
        for line in read(path.read_bytes()):
            print(line)


main()
