//! The correct ways to behave: where the documents leave a choice, each variant takes one.

use std::time::Duration;

use super::fault::Fault;
use super::tolerance;

/// A correct server, as one of several vendors could have built it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// Refuses every doubtful input and reports every problem.
    Strict,
    /// Takes every doubtful input the documents do not forbid.
    Lenient,
    /// Correct in unusual ways: chunks, escapes, padding, 404 for some methods.
    Odd,
    /// A common framework's defaults: last key wins, `2.0` is 2, unknown fields ignored.
    Typical,
    /// Behind a content delivery network: HTML refusals, gzip, one request a connection.
    Fronted,
    /// Says as little as it may: empty refusals, first problem only.
    Terse,
    /// Answers after some milliseconds, now more, now fewer; its tokens live a second.
    Jittered,
    /// Answers one request after the other, however many come at once.
    Queued,
    /// Takes names for the same that differ in surrounding spaces or in Unicode's form only.
    Tidy,
    /// Its clock is 90 seconds ahead, and its Date says so. Not among all: a warning is due.
    Ahead,
}

impl Variant {
    pub(crate) const ALL: [Self; 9] = [
        Self::Strict,
        Self::Lenient,
        Self::Odd,
        Self::Typical,
        Self::Fronted,
        Self::Terse,
        Self::Jittered,
        Self::Queued,
        Self::Tidy,
    ];
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stance {
    Accept,
    Refuse,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LetterCase {
    Matters,
    Ignored,
}

/// Which names are the same, beside letter case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Alike {
    Exact,
    /// Without surrounding spaces, in NFC.
    Tidied,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    Prompt,
    Jittered,
    OneByOne,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Report {
    Every,
    First,
}

/// What is said of a name that is taken in a request that is invalid as well.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Clash {
    Invalid,
    Taken,
    Both,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaRefusal {
    Unsupported,
    Envelope,
}

/// The body of a refusal whose shape no document gives (401, 404, 405, 415).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    Empty,
    Json,
    Html,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Methods {
    Refused,
    /// PATCH and DELETE look for a resource and do not find it.
    SomeNotFound,
    /// OPTIONS answers 204, the others are refused.
    OptionsAnswered,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extras {
    None,
    Iso,
    IsoWithOffsetAndVersion,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Warnings {
    Null,
    Empty,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Length,
    Chunked,
    /// Compressed when the request allows it.
    Gzip,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Compact,
    /// Indented, with every non-ASCII character escaped.
    Spacious,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Connection {
    Kept,
    Closed,
}

#[derive(Clone, Copy)]
pub(super) struct Manners {
    pub(super) blank_name: Stance,
    pub(super) padded_name: Stance,
    pub(super) long_name: Stance,
    pub(super) control_name: Stance,
    pub(super) whole_fraction: Stance,
    pub(super) repeated_key: Stance,
    pub(super) unknown_field: Stance,
    pub(super) low_rank: Stance,
    pub(super) wide_rank: Stance,
    pub(super) untyped_body: Stance,
    pub(super) rewards_letter_case: LetterCase,
    pub(super) alike: Alike,
    pub(super) pace: Pace,
    /// How far the clock is ahead.
    pub(super) ahead: Duration,
    /// Whether answers have a Date.
    pub(super) dated: bool,
    pub(super) token_life: Duration,
    pub(super) report: Report,
    pub(super) clash: Clash,
    pub(super) media_refusal: MediaRefusal,
    pub(super) page: Page,
    pub(super) methods: Methods,
    pub(super) extras: Extras,
    pub(super) warnings: Warnings,
    pub(super) framing: Framing,
    pub(super) layout: Layout,
    pub(super) connection: Connection,
    pub(super) content_type: &'static str,
}

const STRICT: Manners = Manners {
    blank_name: Stance::Refuse,
    padded_name: Stance::Refuse,
    long_name: Stance::Refuse,
    control_name: Stance::Refuse,
    whole_fraction: Stance::Refuse,
    repeated_key: Stance::Refuse,
    unknown_field: Stance::Refuse,
    low_rank: Stance::Refuse,
    wide_rank: Stance::Refuse,
    untyped_body: Stance::Refuse,
    rewards_letter_case: LetterCase::Matters,
    alike: Alike::Exact,
    pace: Pace::Prompt,
    ahead: Duration::ZERO,
    dated: false,
    token_life: Duration::from_mins(5),
    report: Report::Every,
    clash: Clash::Invalid,
    media_refusal: MediaRefusal::Unsupported,
    page: Page::Json,
    methods: Methods::Refused,
    extras: Extras::None,
    warnings: Warnings::Empty,
    framing: Framing::Length,
    layout: Layout::Compact,
    connection: Connection::Kept,
    content_type: "application/json",
};

const LENIENT: Manners = Manners {
    blank_name: Stance::Accept,
    padded_name: Stance::Accept,
    long_name: Stance::Accept,
    control_name: Stance::Accept,
    whole_fraction: Stance::Accept,
    repeated_key: Stance::Accept,
    unknown_field: Stance::Accept,
    low_rank: Stance::Accept,
    wide_rank: Stance::Accept,
    untyped_body: Stance::Accept,
    clash: Clash::Taken,
    media_refusal: MediaRefusal::Envelope,
    page: Page::Empty,
    extras: Extras::Iso,
    warnings: Warnings::Null,
    content_type: "application/json;charset=UTF-8",
    ..STRICT
};

const ODD: Manners = Manners {
    blank_name: Stance::Accept,
    control_name: Stance::Accept,
    whole_fraction: Stance::Accept,
    low_rank: Stance::Accept,
    rewards_letter_case: LetterCase::Ignored,
    clash: Clash::Both,
    page: Page::Html,
    methods: Methods::OptionsAnswered,
    extras: Extras::IsoWithOffsetAndVersion,
    warnings: Warnings::Null,
    framing: Framing::Chunked,
    layout: Layout::Spacious,
    content_type: "Application/JSON ; charset=\"utf-8\"",
    ..STRICT
};

const TYPICAL: Manners = Manners {
    blank_name: Stance::Refuse,
    long_name: Stance::Refuse,
    wide_rank: Stance::Refuse,
    media_refusal: MediaRefusal::Unsupported,
    clash: Clash::Invalid,
    page: Page::Json,
    extras: Extras::Iso,
    ..LENIENT
};

const FRONTED: Manners = Manners {
    control_name: Stance::Refuse,
    low_rank: Stance::Refuse,
    page: Page::Html,
    dated: true,
    framing: Framing::Gzip,
    connection: Connection::Closed,
    ..LENIENT
};

const TERSE: Manners = Manners {
    padded_name: Stance::Accept,
    unknown_field: Stance::Accept,
    wide_rank: Stance::Accept,
    report: Report::First,
    media_refusal: MediaRefusal::Envelope,
    page: Page::Empty,
    methods: Methods::SomeNotFound,
    warnings: Warnings::Null,
    ..STRICT
};

const JITTERED: Manners =
    Manners { pace: Pace::Jittered, dated: true, token_life: Duration::from_secs(1), ..TYPICAL };

const QUEUED: Manners = Manners { pace: Pace::OneByOne, clash: Clash::Both, ..STRICT };

const TIDY: Manners =
    Manners { alike: Alike::Tidied, rewards_letter_case: LetterCase::Ignored, clash: Clash::Both, ..LENIENT };

const AHEAD: Manners = Manners { ahead: Duration::from_secs(90), dated: true, ..TYPICAL };

impl Manners {
    /// The variant's choices, changed where the fault could not show otherwise.
    pub(super) fn of(variant: Variant, fault: Option<Fault>) -> Self {
        let mut manners = match variant {
            Variant::Strict => STRICT,
            Variant::Lenient => LENIENT,
            Variant::Odd => ODD,
            Variant::Typical => TYPICAL,
            Variant::Fronted => FRONTED,
            Variant::Terse => TERSE,
            Variant::Jittered => JITTERED,
            Variant::Queued => QUEUED,
            Variant::Tidy => TIDY,
            Variant::Ahead => AHEAD,
        };
        match fault {
            Some(Fault::RankWraps | Fault::RankFloat64 | Fault::RankSaturates) => {
                manners.wide_rank = Stance::Accept;
            }
            Some(Fault::RankUnsigned | Fault::RankAbsolute) => manners.low_rank = Stance::Accept,
            Some(Fault::NameTrimmed | Fault::NameStartTrimmed | Fault::NameEndTrimmed) => {
                manners.padded_name = Stance::Accept;
            }
            Some(Fault::NameCutAt255) => manners.long_name = Stance::Accept,
            Some(
                Fault::NameCutAtNul
                | Fault::NameCutAtControl
                | Fault::NameControlsDropped
                | Fault::NameLinesUnified,
            ) => manners.control_name = Stance::Accept,
            Some(
                Fault::IsoLocal
                | Fault::IsoOffsetAdded
                | Fault::IsoUnreadable
                | Fault::IsoNoOffset
                | Fault::IsoUpdatedOther,
            ) => manners.extras = Extras::Iso,
            Some(Fault::AccessTokenOutlives) => manners.token_life = Duration::from_secs(1),
            Some(Fault::CodeExtraOnMissing | Fault::CodeExtraOnTaken) => {
                manners.report = Report::Every;
            }
            Some(fault) if tolerance::makes_up_rank(fault) => {
                manners.low_rank = Stance::Accept;
                manners.wide_rank = Stance::Accept;
            }
            _ => {}
        }
        manners
    }
}
