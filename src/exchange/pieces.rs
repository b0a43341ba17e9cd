//! Text of a request, of which some is not known before a run.

use super::octets::Octets;
use bytes::Bytes;
use memchr::memmem;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Bytes, some of which stand for what a run fills in.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Pieces {
    /// The bytes with samples in place of what is not known.
    sample: Bytes,
    /// Which of them are samples, in order.
    marks: Arc<[Mark]>,
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Bytes that are known.
    Bytes(&'t [u8]),
    /// The identity of the run.
    RunId,
    /// A parameter that an earlier answer supplies.
    Answer {
        /// Its index in what the link of the case gives.
        parameter: usize,
        /// The parameter as it is shown, with `{name}` in place of its value.
        shown: &'t str,
    },
}

/// Bytes of a text that are a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Mark {
    start: u32,
    end: u32,
    late: Late,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Late {
    RunId,
    Answer(u16),
}

impl Pieces {
    /// Text of which some digits are a sample of the identity of a run.
    pub fn of(text: impl Into<Bytes>, sample: &str) -> Pieces {
        let text: Bytes = text.into();
        let places = memmem::find_iter(&text, sample.as_bytes());
        let marks = places.filter_map(|at| Mark::new(at, sample.len(), Late::RunId)).collect();
        Pieces { sample: text, marks }
    }

    /// The identity of the run, for which these digits stand.
    pub fn run_id(sample: &str) -> Pieces {
        Pieces::of(sample.to_owned(), sample)
    }

    /// A parameter that an earlier answer supplies, as it is shown.
    pub fn answer(shown: String, parameter: usize) -> Pieces {
        let late = Late::Answer(u16::try_from(parameter).unwrap_or(u16::MAX));
        let marks = Mark::new(0, shown.len(), late).into_iter().collect();
        Pieces { sample: shown.into(), marks }
    }

    /// The same with some of the bytes supplied by an earlier answer; until then they are a sample.
    #[must_use]
    pub fn with_answer(&self, range: Range<usize>, parameter: usize) -> Pieces {
        let late = Late::Answer(u16::try_from(parameter).unwrap_or(u16::MAX));
        let outside = |mark: &&Mark| mark.start() + mark.length() <= range.start || mark.start() >= range.end;
        let mut marks: Vec<Mark> = self.marks.iter().filter(outside).copied().collect();
        marks.extend(Mark::new(range.start, range.len(), late));
        marks.sort_by_key(|mark| mark.start);
        Pieces { sample: self.sample.clone(), marks: marks.into() }
    }

    /// Texts one after the other, with something between them.
    pub fn joined<'t>(texts: impl IntoIterator<Item = &'t Pieces>, between: &str) -> Pieces {
        let (mut sample, mut marks) = (Vec::new(), Vec::new());
        for (index, text) in texts.into_iter().enumerate() {
            sample.extend_from_slice(if index == 0 { b"" } else { between.as_bytes() });
            let moved = |mark: &Mark| Mark::new(sample.len() + mark.start(), mark.length(), mark.late);
            marks.extend(text.marks.iter().filter_map(moved));
            sample.extend_from_slice(&text.sample);
        }
        Pieces { sample: sample.into(), marks: marks.into() }
    }

    /// The bytes, with samples in place of what is not known.
    pub fn sample(&self) -> &[u8] {
        &self.sample
    }

    /// The same as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.sample).unwrap_or_default()
    }

    /// The same as text for people, whatever the bytes are.
    pub fn shown(&self) -> Cow<'_, str> {
        // Almost all is UTF-8, which is found out sooner than what is not is looked for.
        match std::str::from_utf8(&self.sample) {
            Ok(text) => text.into(),
            Err(_) => String::from_utf8_lossy(&self.sample),
        }
    }

    /// What it is made of, in order.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let mut end = 0;
        let late = self.marks.iter().flat_map(move |mark| {
            let before = &self.sample[end..mark.start()];
            end = mark.start() + mark.length();
            let late = match mark.late {
                Late::RunId => Piece::RunId,
                Late::Answer(parameter) => Piece::Answer {
                    parameter: parameter.into(),
                    shown: std::str::from_utf8(&self.sample[mark.start()..end]).unwrap_or_default(),
                },
            };
            [(!before.is_empty()).then_some(Piece::Bytes(before)), Some(late)].into_iter().flatten()
        });
        let last = self.marks.last().map_or(0, |mark| mark.start() + mark.length());
        let rest = &self.sample[last..];
        late.chain((!rest.is_empty()).then_some(Piece::Bytes(rest)))
    }

    /// The same with parameters that earlier answers supply, by their index.
    #[must_use]
    pub fn supplied(&self, answers: &[String]) -> Pieces {
        let parts: Vec<Pieces> = self
            .pieces()
            .map(|piece| match piece {
                Piece::Bytes(known) => known.to_vec().into(),
                Piece::RunId => Pieces::run_id(self.run_sample().unwrap_or_default()),
                Piece::Answer { parameter, shown } => match answers.get(parameter) {
                    Some(answer) => answer.as_str().into(),
                    None => Pieces::answer(shown.to_owned(), parameter),
                },
            })
            .collect();
        Pieces::joined(&parts, "")
    }

    /// The bytes in a run with this identity.
    pub fn filled(&self, run: &str) -> Bytes {
        if self.marks.is_empty() {
            return self.sample.clone();
        }
        let mut bytes = Vec::with_capacity(self.sample.len());
        for piece in self.pieces() {
            bytes.extend_from_slice(match piece {
                Piece::Bytes(known) => known,
                Piece::RunId => run.as_bytes(),
                Piece::Answer { shown, .. } => shown.as_bytes(),
            });
        }
        bytes.into()
    }

    /// The same as text.
    pub fn filled_text(&self, run: &str) -> Cow<'_, str> {
        if self.marks.is_empty() {
            return self.as_str().into();
        }
        String::from_utf8_lossy(&self.filled(run)).into_owned().into()
    }

    /// What stands for the identity of the run, if that stands somewhere.
    pub fn run_sample(&self) -> Option<&str> {
        let run = self.marks.iter().find(|mark| mark.late == Late::RunId)?;
        std::str::from_utf8(&self.sample[run.start()..run.start() + run.length()]).ok()
    }

    /// Whether a parameter that an earlier answer supplies stands somewhere.
    pub fn is_open(&self) -> bool {
        self.marks.iter().any(|mark| mark.late != Late::RunId)
    }

    /// Whether the identity of the run stands somewhere.
    pub fn carries_run(&self) -> bool {
        self.carries_run_in(0, self.sample.len())
    }

    /// Whether it stands between two places.
    pub fn carries_run_in(&self, start: usize, end: usize) -> bool {
        self.runs().any(|at| at >= start && at < end)
    }

    /// Where the identity of the run stands.
    pub fn runs(&self) -> impl Iterator<Item = usize> {
        self.marks.iter().filter(|mark| mark.late == Late::RunId).map(|mark| mark.start())
    }
}

impl Mark {
    fn new(start: usize, length: usize, late: Late) -> Option<Mark> {
        let (start, end) = (u32::try_from(start).ok()?, u32::try_from(start + length).ok()?);
        Some(Mark { start, end, late })
    }

    fn start(self) -> usize {
        self.start as usize
    }

    fn length(self) -> usize {
        (self.end - self.start) as usize
    }
}

impl From<Bytes> for Pieces {
    fn from(sample: Bytes) -> Pieces {
        Pieces { sample, marks: Arc::default() }
    }
}

impl From<String> for Pieces {
    fn from(text: String) -> Pieces {
        Pieces { sample: text.into(), marks: Arc::default() }
    }
}

impl From<&str> for Pieces {
    fn from(text: &str) -> Pieces {
        text.to_owned().into()
    }
}

impl From<Vec<u8>> for Pieces {
    fn from(bytes: Vec<u8>) -> Pieces {
        Pieces { sample: bytes.into_boxed_slice().into(), marks: Arc::default() }
    }
}

/// With samples in place of what is not known.
impl fmt::Display for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.pieces()).finish()
    }
}

/// A piece as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored<'t> {
    /// What stands for the identity of the run.
    Run { run: Cow<'t, str> },
    /// A parameter that an earlier answer supplies, with how it is shown.
    Answer { answer: u16, shown: Cow<'t, str> },
    /// Bytes.
    Known(Octets<'t>),
}

/// Its only piece, or a list of them.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum OneOrMore<'t> {
    More(Vec<Stored<'t>>),
    One(Stored<'t>),
}

impl Serialize for Pieces {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut marks = self.marks.iter();
        let mut kept = self.pieces().map(|piece| match piece {
            Piece::Bytes(known) => Stored::Known(known.into()),
            Piece::RunId => {
                let mut runs = marks.by_ref().filter(|mark| mark.late == Late::RunId);
                let place = runs.next().map_or(0..0, |mark| mark.start()..mark.start() + mark.length());
                Stored::Run { run: String::from_utf8_lossy(&self.sample[place]) }
            }
            Piece::Answer { parameter, shown } => {
                Stored::Answer { answer: u16::try_from(parameter).unwrap_or(u16::MAX), shown: shown.into() }
            }
        });
        let (first, second) = (kept.next(), kept.next());
        match (first, second) {
            (None, _) => OneOrMore::One(Stored::Known((&[][..]).into())),
            (Some(only), None) => OneOrMore::One(only),
            (Some(first), Some(second)) => OneOrMore::More([first, second].into_iter().chain(kept).collect()),
        }
        .serialize(serializer)
    }
}

impl<'d> Deserialize<'d> for Pieces {
    fn deserialize<D: Deserializer<'d>>(deserializer: D) -> Result<Pieces, D::Error> {
        let piece = |kept: Stored<'_>| {
            Ok(match kept {
                Stored::Run { run } => Pieces::run_id(&run),
                Stored::Answer { answer, shown } => Pieces::answer(shown.into_owned(), answer.into()),
                Stored::Known(octets) => octets.bytes()?.into(),
            })
        };
        let read: Result<Vec<Pieces>, base64::DecodeError> = match OneOrMore::deserialize(deserializer)? {
            OneOrMore::More(pieces) => pieces.into_iter().map(piece).collect(),
            OneOrMore::One(only) => piece(only).map(|only| vec![only]),
        };
        match read.map_err(serde::de::Error::custom)? {
            mut only if only.len() == 1 => Ok(only.remove(0)),
            pieces => Ok(Pieces::joined(&pieces, "")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SAMPLE: &str = "1234567890";

    #[test]
    fn a_run_fills_in_what_was_not_known() {
        let id = Pieces::answer(";id={id}".into(), 1);
        let name = Pieces::of(format!("a-{SAMPLE}-1"), SAMPLE);
        let text = Pieces::joined([&name, &id, &"".into()], "/");
        assert_eq!(text.as_str(), "a-1234567890-1/;id={id}/");
        let supplied = text.supplied(&["x".to_owned(), ";id=7".to_owned()]);
        assert_eq!((supplied.filled_text("42"), supplied.is_open()), ("a-42-1/;id=7/".into(), false));
        assert_eq!(text.filled_text("42"), "a-42-1/;id={id}/");
        let pieces: Vec<_> = text.pieces().collect();
        let late = Piece::Answer { parameter: 1, shown: ";id={id}" };
        assert_eq!(
            pieces,
            [Piece::Bytes(b"a-"), Piece::RunId, Piece::Bytes(b"-1/"), late, Piece::Bytes(b"/")]
        );
        assert!(text.carries_run_in(0, 3) && !text.carries_run_in(3, 20) && name.carries_run());
    }

    proptest! {
        #[test]
        fn a_text_that_is_kept_is_read_again(before: Vec<u8>, shown: String, after: String, run: bool) {
            let id = if run { Pieces::run_id(SAMPLE) } else { Pieces::default() };
            let text = Pieces::joined([&before.into(), &id, &Pieces::answer(shown, 3), &after.into()], "");
            let kept = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(serde_json::from_str::<Pieces>(&kept).unwrap(), text);
        }

        #[test]
        fn with_its_own_sample_filled_in_a_text_is_what_it_was(before: String, after: String) {
            let whole = format!("{before}{SAMPLE}{after}");
            let text = Pieces::of(whole.clone(), SAMPLE);
            prop_assert_eq!(text.filled_text(SAMPLE), whole);
            let replaced = format!("{before}{SAMPLE}{after}").replace(SAMPLE, "0000000000");
            prop_assert_eq!(text.filled_text("0000000000"), replaced);
        }
    }
}
