use super::*;

fn matches(pattern: &str, text: &str) -> bool {
    let known = Pattern::of(pattern);
    let read = known.as_ref().as_ref();
    read.unwrap_or_else(|why| panic!("{pattern}: {why}")).matches(text).unwrap()
}

fn refused(pattern: &str) -> String {
    match Pattern::of(pattern).as_ref() {
        Ok(_) => panic!("{pattern} is read"),
        Err(why) => why.clone(),
    }
}

#[test]
fn characters_are_those_of_ecma_262() {
    for (pattern, so, otherwise) in [
        (r"^\d$", "7", "\u{0667}"),
        (r"^\D$", "\u{0667}", "7"),
        (r"^\w$", "_", "é"),
        (r"^\W$", "é", "_"),
        (r"^\s$", "\u{feff}", "\u{85}"),
        (r"^\S$", "\u{85}", "\u{2029}"),
        ("^.$", "\u{85}", "\r"),
        ("^.$", "\u{1d11e}", "\u{2028}"),
        ("^a$", "a", "a\n"),
        ("^[a-c&&b]$", "&", "d"),
        ("^[[x]+$", "[x", "]"),
        ("^[+--b]$", ",", "a"),
        (r"^[\w-\.]$", "-", ","),
        (r"^[^\w-\.]$", ",", "-"),
        (r"^[\s\S]$", "\n", ""),
        (r"^[\p{L}\d]$", "ж", "-"),
        (r"^\p{Script=Greek}$", "α", "a"),
        (r"^\P{Lu}$", "a", "A"),
        (r"^[^]$", "\n", ""),
        (r"^[^\]]$", "[", "]"),
        (r"^\0$", "\0", "0"),
        (r"^\012$", "\n", "012"),
        (r"^[\b]$", "\u{8}", "b"),
        (r"^\cJ$", "\n", "J"),
        (r"^\x41\u0042\u{1F600}\uD83D\uDE00$", "AB\u{1f600}\u{1f600}", "AB"),
        (r"^{a}]$", "{a}]", "a"),
        (r"^a{1,2$", "a{1,2", "aa"),
        (r"^[\uD800-\uDFFF]?a[\u0061-\uDBFF]$", "ab", "aA"),
        (r"^a\/\-\@$", "a/-@", "a/-"),
        (r"^(?:a|b|)$", "", "c"),
        ("#x y", "a#x y", "#xy"),
    ] {
        assert!(matches(pattern, so), "{pattern} {so:?}");
        assert!(!matches(pattern, otherwise), "{pattern} {otherwise:?}");
    }
    assert!(!matches("[]", ""));
}

#[test]
fn places_and_references_are_those_of_ecma_262() {
    for (pattern, so, otherwise) in [
        (r"\bx\b", "éxé", "axa"),
        (r"\Bx", "ax", "éx"),
        (r"^(?=.*[A-Z])(?=.*\d).{2}$", "A1", "a1"),
        (r"^[a-z-]+(?<!-)$", "a-b", "a-"),
        (r"(?<=\$\d*)5", "$15", "15"),
        (r"^(a|b)\1$", "aa", "ab"),
        (r"^(?<q>['x]).*\k<q>$", "'a'", "'a"),
        (r"^(?:(a)|b)\1$", "b", "ba"),
        (r"^\1(a)$", "a", "aa"),
        (r"^\k$", "k", "\\k"),
        (r"^(?:(?=a)b)?$", "", "b"),
        (r"^(?=a)*b$", "b", "a"),
        (r"^(?:^|,)*(?:\b)*(?:)*(?:$)?a(?:[])?$", "a", "b"),
        (r"^(?:(?!b)){2}\w$", "a", "b"),
        (r"^(?i:ab)c$", "aBc", "abC"),
        (r"^a(?s:.)b$", "a\nb", "a\n\nb"),
        (r"^a(?m:$)\nb$", "a\nb", "ab"),
        ("^(a|ab)(c|bcd)(d*)$", "abcd", "abb"),
    ] {
        assert!(matches(pattern, so), "{pattern} {so:?}");
        assert!(!matches(pattern, otherwise), "{pattern} {otherwise:?}");
    }
}

#[test]
fn what_is_written_for_another_engine_is_refused() {
    for pattern in [
        r"^[a-z]+\Z",
        r"\Aa",
        r"a\z",
        "(?i)a",
        "(?P<n>a)",
        "(?>a)",
        "(?#a)",
        "a++",
        "a?+",
        "a{2}+",
        r"\Q.\E",
        r"\h",
        r"\pL",
        r"\x{41}",
        "a{,3}",
    ] {
        let why = refused(pattern);
        assert!(why.contains("ECMA-262"), "{pattern}: {why}");
    }
    for pattern in ["(", ")", "[", "a**", "*", "{1}", "a{2,1}", "[b-a]", r"\", r"\p{Nix}", "(?<a>.)\\k<b>"] {
        refused(pattern);
    }
}

/// Harmless: each is over in a moment, or this test is not.
#[test]
fn a_pattern_without_end_has_one() {
    let before = std::time::Instant::now();
    let many = "a".repeat(4_000);
    for pattern in [r"^(?=(a+)+$)b", r"(a*)*\1b", r"(?=(a|aa)+b)", r"^(\w+\s?)*\1!$", "(?!b)a*c"] {
        let known = Pattern::of(pattern);
        let pattern = known.as_ref().as_ref().unwrap();
        assert_ne!(pattern.matches(&many), Some(true));
        assert_eq!(pattern.matches(&"a".repeat(1 << 20)), None);
    }
    assert!(matches("^(a+)+$", &"a".repeat(1 << 20)));
    for pattern in [
        "(?:(?:(?=a)b{1,1000}){1,1000}){1,1000}",
        "((((a{1,1000}){1,1000}){1,1000}){1,1000}){1,1000}",
        "(?:(?=a)b){4000000000}",
        "a{4000000000}",
        &"(".repeat(10_000),
        &"a".repeat(100_000),
    ] {
        refused(pattern);
    }
    assert!(before.elapsed().as_secs() < 60, "{:?}", before.elapsed());
}
