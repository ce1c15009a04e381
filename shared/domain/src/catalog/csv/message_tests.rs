//! A file that is no catalog is refused with a message that says what it is and what to do.

use super::tests::{HEADER, read};
use super::*;

fn reason(file: impl AsRef<[u8]>) -> String {
    read(file).unwrap_err().to_string()
}

#[test]
fn a_header_without_a_column_is_shown_with_what_it_has() {
    assert_eq!(
        reason("sku,name,price\nA,a,1\n"),
        "the header lacks description, currency, stock; it has sku, name, price"
    );
    assert_eq!(
        reason("s\u{200b}ku,,na\u{202e}me,description,price,currency,stock\n"),
        "the header lacks sku, name; it has s<U+200B>ku, (no name), na<U+202E>me, description, price, currency, stock"
    );
    let wide = reason(format!("{}{}\n", "x".repeat(100), ",y".repeat(99)));
    assert!(wide.contains(&format!("it has {}…, y", "x".repeat(40))), "{wide}");
    assert!(wide.ends_with("y and 80 more"), "{wide}");
    assert_eq!(
        reason("\x01\x02"),
        format!(
            "the header lacks {}; it has <U+0001><U+0002>",
            HEADER.trim_end().replace(',', ", ")
        )
    );
    assert_eq!(
        reason("sku,name,description,price,currency,stock,SKU\n"),
        "the header names sku twice"
    );
}

#[test]
fn another_separator_is_named() {
    for (separator, name) in [
        (';', "semicolons"),
        ('\t', "tabs"),
        ('|', "vertical bars"),
        (':', "colons"),
    ] {
        let plain = HEADER.replace(',', &separator.to_string());
        let quoted = format!(
            "\"{}\"\n",
            plain.trim_end().replace(separator, &format!("\"{separator}\""))
        );
        for header in [plain, quoted] {
            let reason = reason(format!("{header}A{separator}a\n"));
            assert!(reason.contains(&format!("separated by {name}")), "{header:?}: {reason}");
            assert!(reason.contains("CSV UTF-8"), "{reason}");
        }
    }
    let prestashop = "id;sku;name;categories (x,y,z);description;price;currency;stock\n1;A;Cup;a;x;7.50;EUR;3\n";
    assert!(reason(prestashop).contains("separated by semicolons"));
    // A name with a semicolon is no other separator.
    assert!(read(HEADER.replace("stock", "stock,\"sku;name\"")).is_ok());
    for line in ["sep=;", "SEP=,", "\"sep=;\"", "sep=\t"] {
        let reason = reason(format!("{line}\n{HEADER}"));
        assert!(
            reason.contains("separator line of Excel") && reason.contains("remove it"),
            "{line:?}: {reason}"
        );
    }
}

#[test]
fn files_of_other_kinds_are_named_with_what_to_do() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let swapped = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let cases: [(Vec<u8>, &str, &str); 14] = [
        (
            b"PK\x03\x04\x14\0\0\0\x08\0,\"x\r\n".to_vec(),
            "an Excel workbook",
            "CSV UTF-8",
        ),
        (b"PK\x05\x06\0\0\0\0".to_vec(), "an empty ZIP archive", "unpack"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1".to_vec(), "Excel 97", "CSV UTF-8"),
        (b"\x1f\x8b\x08\0abc\n".to_vec(), "gzip", "unpack"),
        (utf16("\u{feff}sku,name\n"), "UTF-16", "CSV UTF-8"),
        (swapped("\u{feff}sku,name\n"), "UTF-16", "CSV UTF-8"),
        (utf16("sku;name;price\r\n"), "UTF-16", "CSV UTF-8"),
        (swapped("sku,name,price\r\n"), "UTF-16", "CSV UTF-8"),
        (b"%PDF-1.7\n%\xe2\xe3".to_vec(), "a PDF document", "export"),
        (b"\n <!DOCTYPE html>\n<html>".to_vec(), "an HTML", "export"),
        (
            b"<?xml version=\"1.0\"?><Workbook>".to_vec(),
            "an HTML or XML",
            "export",
        ),
        (b"[{\"sku\": \"A\"}]".to_vec(), "a JSON document", "export"),
        (b"\x89PNG\r\n\x1a\n".to_vec(), "a PNG picture", "export"),
        (b"BZh91AY&SY".to_vec(), "bzip2", "unpack"),
    ];
    for (file, kind, advice) in cases {
        let reason = reason(&file);
        assert!(
            reason.starts_with("this is ") && reason.contains(kind) && reason.contains(advice),
            "{kind}: {reason}"
        );
    }
}

#[test]
fn a_header_with_a_quote_that_is_misplaced_names_its_line() {
    assert_eq!(
        reason("sku,\"name\nA,a\n"),
        "the header is damaged: the quote that opens on line 1 is not closed before the end of the file"
    );
    assert!(reason("sku,\"na\"me,description,price,currency,stock\n").contains("line 1 has text behind"));
}

#[test]
fn a_header_that_goes_on_for_too_long_is_refused_before_its_end() {
    let mut reader = CatalogReader::new();
    let piece = [b"sku,\"".to_vec(), vec![b'x'; 100_000]].concat();
    assert_eq!(
        reader.next_row(&mut piece.as_slice()).unwrap_err(),
        HeaderFault::TooLong
    );
    let mut reader = CatalogReader::new();
    let zip = [b"PK\x03\x04\"".to_vec(), vec![b'x'; 100_000]].concat();
    assert!(matches!(
        reader.next_row(&mut zip.as_slice()),
        Err(HeaderFault::OtherKind(kind)) if kind.name.contains("ZIP")
    ));
}

#[test]
fn a_report_that_was_saved_in_another_encoding_is_refused() {
    let report =
        |mark: &str| format!("line,reason,{mark},sku,name,description,price,currency,stock\n2,x,,A,'=a,d,1,EUR,1\n");
    assert_eq!(
        reason(report("popshop report ?")),
        HeaderFault::DamagedReport.to_string()
    );
    assert_eq!(
        read(report("popshop report \u{2713}")).unwrap(),
        ["2@73 A|=a|d|1.00 EUR|1"]
    );
    // In any other file the cells stay as they are.
    assert_eq!(read(report("report")).unwrap(), ["2@61 A|'=a|d|1.00 EUR|1"]);
}
