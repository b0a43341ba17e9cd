//! The faults in what comes back of the name and the rank that were sent.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::fault::Fault;
use super::json::{Json, null, raw, text};
use super::spoil::Create;

pub(super) fn spoil(fault: Fault, create: &Create, group: &mut Json) {
    let name = create.draft.name.as_deref().unwrap_or_default();
    let damaged = match fault {
        Fault::NamePreceding => Some(create.preceding.to_owned()),
        Fault::NamePrecedingEvery20 if create.serial.is_multiple_of(20) => Some(create.preceding.to_owned()),
        _ => cut(fault, name)
            .or_else(|| lettered(fault, name))
            .or_else(|| escaped(fault, name))
            .or_else(|| encoded(fault, name))
            .or_else(|| spaced(fault, name)),
    };
    if let Some(damaged) = damaged {
        group.set("name", text(&damaged));
    }
    if fault == Fault::NameNumber {
        group.set("name", raw(&name.len()));
    }
    match create.draft.rank {
        Some(rank) => {
            if let Some(damaged) = rank_given(fault, create, rank) {
                group.set("rank", damaged);
            }
        }
        None => match fault {
            Fault::RankZeroForNull => group.set("rank", raw(&0)),
            Fault::RankAssignedForNull => group.set("rank", raw(&create.serial)),
            Fault::RankDroppedForNull => group.remove("rank"),
            _ => {}
        },
    }
}

fn first(name: &str, count: usize) -> String {
    name.chars().take(count).collect()
}

fn before(name: &str, end: impl FnMut(char) -> bool) -> String {
    name.split(end).next().unwrap_or_default().to_owned()
}

fn cut(fault: Fault, name: &str) -> Option<String> {
    let cut = match fault {
        Fault::NameOther => "GROUP_RANK_4".to_owned(),
        Fault::NamePrefixed => format!("Group {name}"),
        Fault::NameCut => first(name, 20),
        Fault::NameCutAt50 => first(name, 50),
        Fault::NameCutAt64 => first(name, 64),
        Fault::NameCutAt100 => first(name, 100),
        Fault::NameCutAt255 => first(name, 255),
        Fault::NameCutAt64Bytes => name[..name.floor_char_boundary(64)].to_owned(),
        Fault::NameBrokenAt64Bytes => {
            String::from_utf8_lossy(&name.as_bytes()[..name.len().min(64)]).into_owned()
        }
        Fault::NameCutAtNul => before(name, |c| c == '\0'),
        Fault::NameCutAtControl => before(name, |c| c.is_control() && c != '\0'),
        Fault::NameCutAtQuote => before(name, |c| c == '"'),
        Fault::NameCutAtApostrophe => before(name, |c| c == '\''),
        Fault::NameCutAtAstral => before(name, is_astral),
        Fault::NameEndLost => first(name, name.chars().count().saturating_sub(1)),
        Fault::NameElided if name.chars().count() > 60 => first(name, 57) + "...",
        _ => return None,
    };
    Some(cut)
}

fn lettered(fault: Fault, name: &str) -> Option<String> {
    let upper = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
    };
    match fault {
        Fault::NameLowered => Some(name.to_lowercase()),
        Fault::NameUppered => Some(name.to_uppercase()),
        Fault::NameTitled => Some(name.split(' ').map(upper).collect::<Vec<_>>().join(" ")),
        Fault::NameBeginningUppered => Some(upper(name)),
        _ => None,
    }
}

fn escaped(fault: Fault, name: &str) -> Option<String> {
    let escaped = match fault {
        Fault::NameHtmlEscaped => name
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
            .replace('\'', "&#39;"),
        Fault::NameEntitiesDecoded => name
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&"),
        Fault::NameNumericEntities => each(name, |c| match c {
            c if c.is_ascii() => c.to_string(),
            c => format!("&#{};", u32::from(c)),
        }),
        Fault::NameUnicodeEscaped => each(name, |c| {
            let unit = |unit: &u16| if c.is_ascii() { c.to_string() } else { format!("\\u{unit:04x}") };
            c.encode_utf16(&mut [0; 2]).iter().map(unit).collect()
        }),
        Fault::NameUrlEncoded => percent_encoded(name),
        Fault::NameUrlDecoded => percent_decoded(name),
        Fault::NamePlusForSpace => name.replace(' ', "+"),
        Fault::NameSpaceForPlus => name.replace('+', " "),
        Fault::NameUnderscored => name.replace(' ', "_"),
        Fault::NameSlashed => each(name, |c| match c {
            '"' | '\'' | '\\' => format!("\\{c}"),
            c => c.to_string(),
        }),
        Fault::NameUnslashed => name.replace('\\', ""),
        Fault::NameJsonTwice => serde_json::Value::from(name).to_string(),
        Fault::NameTagsStripped => without_tags(name),
        Fault::NameQuotesDropped => name.replace(['"', '\''], ""),
        Fault::NameQuotesCurled => name.replace('\'', "\u{2019}").replace('"', "\u{201d}"),
        Fault::NameQuotesDoubled => name.replace('\'', "''"),
        Fault::NamePercentDoubled => name.replace('%', "%%"),
        _ => return None,
    };
    Some(escaped)
}

fn each(name: &str, change: impl FnMut(char) -> String) -> String {
    name.chars().map(change).collect()
}

fn percent_encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    name.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn percent_decoded(name: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = name.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = hex.filter(|_| *first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn without_tags(name: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for character in name.chars() {
        match character {
            '<' => inside = true,
            '>' => inside = false,
            _ if inside => {}
            other => out.push(other),
        }
    }
    out
}

fn is_astral(character: char) -> bool {
    u32::from(character) > 0xffff
}

fn encoded(fault: Fault, name: &str) -> Option<String> {
    let latin1 = |text: &str| text.bytes().map(char::from).collect::<String>();
    let instead = |of: fn(char) -> bool, other: &str| {
        each(name, |c| if of(c) { other.to_owned() } else { c.to_string() })
    };
    let without = |what: fn(char) -> bool| Some(name.chars().filter(|c| !what(*c)).collect());
    match fault {
        Fault::NameAsciiOnly => Some(instead(|c| !c.is_ascii(), "?")),
        Fault::NameLatin1Only => Some(instead(|c| u32::from(c) > 0xff, "?")),
        Fault::NameQuestionBytes => {
            Some(name.bytes().map(|byte| if byte.is_ascii() { char::from(byte) } else { '?' }).collect())
        }
        Fault::NameMojibake => Some(latin1(name)),
        Fault::NameMojibakeTwice => Some(latin1(&latin1(name))),
        Fault::NameWindows1252 => Some(name.bytes().map(windows_1252).collect()),
        Fault::NameAstralDropped => without(is_astral),
        Fault::NameAstralReplaced => Some(instead(is_astral, "\u{fffd}")),
        Fault::NameSurrogatesReplaced => Some(instead(is_astral, "??")),
        Fault::NameNonAsciiDropped => without(|c| !c.is_ascii()),
        Fault::NameAccentsDropped => Some(name.nfd().filter(|c| !is_combining_mark(*c)).nfc().collect()),
        Fault::NameComposed => Some(name.nfc().collect()),
        Fault::NameDecomposed => Some(name.nfd().collect()),
        Fault::NameCompatible => Some(name.nfkc().collect()),
        _ => None,
    }
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

fn spaced(fault: Fault, name: &str) -> Option<String> {
    let without = |what: fn(char) -> bool| name.chars().filter(|c| !what(*c)).collect();
    let blank = |what: fn(char) -> bool| each(name, |c| if what(c) { ' ' } else { c }.to_string());
    let spaced = match fault {
        Fault::NameTrimmed => name.trim().to_owned(),
        Fault::NameStartTrimmed => name.trim_start().to_owned(),
        Fault::NameEndTrimmed => name.trim_end().to_owned(),
        Fault::NameSpacesCollapsed => {
            let mut previous = ' ';
            let kept = |c: &char| {
                let doubled = *c == ' ' && previous == ' ';
                previous = *c;
                !doubled
            };
            let start = name.len() - name.trim_start_matches(' ').len();
            name[..start].to_owned() + &name[start..].chars().filter(kept).collect::<String>()
        }
        Fault::NameSpacesDropped => name.replace(' ', ""),
        Fault::NameControlsDropped => without(char::is_control),
        Fault::NameLinesUnified => blank(|c| matches!(c, '\n' | '\r' | '\t')),
        Fault::NameInvisibleDropped => without(
            |c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}'),
        ),
        Fault::NameNoBreakLost => blank(|c| c == '\u{a0}'),
        _ => return None,
    };
    Some(spaced)
}

fn rank_given(fault: Fault, create: &Create, rank: i64) -> Option<Json> {
    let wrapped = |bits: u32| {
        let low = rank.rem_euclid(1 << bits);
        raw(&if low >= 1 << (bits - 1) { low - (1 << bits) } else { low })
    };
    let every_13th = create.serial.is_multiple_of(13);
    let damaged = match fault {
        Fault::RankText => text(&rank.to_string()),
        Fault::RankTextEvery13 if every_13th => text(&rank.to_string()),
        Fault::RankFraction => raw(&format!("{rank}.5")),
        Fault::RankOther => raw(&rank.wrapping_add(1)),
        Fault::RankOtherEvery13 if every_13th => raw(&rank.wrapping_add(1)),
        Fault::RankWraps => wrapped(32),
        Fault::RankWraps16 => wrapped(16),
        Fault::RankSaturates => raw(&rank.clamp(i64::from(i32::MIN), i64::from(i32::MAX))),
        Fault::RankUnsigned => raw(&rank.rem_euclid(1 << 32)),
        Fault::RankAbsolute => raw(&rank.unsigned_abs()),
        Fault::RankCapped => raw(&rank.min(1000)),
        Fault::RankConstant => raw(&2),
        Fault::RankCounted => raw(&create.serial),
        Fault::RankNextFree => raw(&create.free_rank),
        Fault::RankFloat32 => floated(rank.to_string().parse::<f32>().map(f64::from).ok()),
        Fault::RankFloat64 => floated(rank.to_string().parse().ok()),
        _ => return None,
    };
    Some(damaged)
}

fn floated(value: Option<f64>) -> Json {
    value.map_or_else(null, |value| raw(&format!("{value:.0}")))
}
