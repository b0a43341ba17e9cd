//! What descriptions tell for viewers that know nothing of `x-probity`, and this reference tells
//! elsewhere: the table of error codes.

/// A description without tables of nothing but known codes.
pub(super) fn without_codes(description: &str, is_code: impl Fn(&str) -> bool) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut table: Vec<&str> = Vec::new();
    for line in description.lines().chain([""]) {
        if line.starts_with('|') {
            table.push(line);
            continue;
        }
        if !is_of_codes(&table, &is_code) {
            kept.append(&mut table);
        }
        table.clear();
        kept.push(line);
    }
    kept.join("\n").trim_end().to_owned()
}

fn is_of_codes(table: &[&str], is_code: impl Fn(&str) -> bool) -> bool {
    let first = |row: &&str| row.split('|').nth(1).unwrap_or_default().trim().trim_matches('`').to_owned();
    // A heading and the line below it come first.
    table.len() > 2 && table.iter().skip(2).all(|row| is_code(&first(row)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_table_of_known_codes_is_left_out() {
        let codes = "Wrong.\n\n| Code | Meaning |\n| :-- | :-- |\n| `7` | a |\n| `8` | b |";
        let known = |code: &str| matches!(code, "7" | "8");
        assert_eq!(without_codes(codes, known), "Wrong.");
        assert_eq!(without_codes(&format!("{codes}\n\nMore."), known), "Wrong.\n\n\nMore.");
        assert_eq!(without_codes(codes, |code| code == "7"), codes);
        assert_eq!(without_codes("| a |\n| :-- |", known), "| a |\n| :-- |");
    }
}
