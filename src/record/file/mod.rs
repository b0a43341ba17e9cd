//! The record of a run as a file, `run.probity`: a line of JSON for each thing that is known, written
//! as it becomes known and never changed.
//!
//! The first line names the contract, with its text, and the run; a line for each scenario of the plan
//! follows, and one for each that was sent. What answers made of the plan is written again, and the later
//! line counts. A file without the last lines is that of a run which was killed, and is read all the same.

mod line;
mod merge;
mod read;
mod write;

pub use read::{Kept, is_record, read};
pub use write::RecordFile;

use std::io;
use std::path::PathBuf;

/// The version of the format.
pub const FORMAT: u32 = 1;

/// Why a record is not written or not read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It cannot be written.
    #[error("cannot write the record of the run to {}: {source}", path.display())]
    Unwritten {
        /// Where to.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It cannot be read.
    #[error("cannot read {name}: {source}")]
    Unread {
        /// What is read.
        name: String,
        /// What the system says.
        source: io::Error,
    },
    /// It is of another format.
    #[error("{name} is a record of format {format}, and this version reads format {FORMAT}")]
    OtherFormat {
        /// What is read.
        name: String,
        /// Its format.
        format: u32,
    },
    /// A line of it says nothing that a record can say.
    #[error("{name} is no record of a run: line {line}: {why}")]
    Broken {
        /// What is read.
        name: String,
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// Records of different plans were to be put together.
    #[error("{name} cannot be put together with the others: it is about another {about}")]
    Stranger {
        /// What is read.
        name: String,
        /// What differs.
        about: &'static str,
    },
}

impl RecordError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            RecordError::Unwritten { .. } => "name a file that can be written, on a disk with room",
            RecordError::Unread { .. } | RecordError::Broken { .. } => {
                "name a file that `probity check --record-file FILE` has written"
            }
            RecordError::OtherFormat { .. } => "read it with the version that wrote it",
            RecordError::Stranger { .. } => "put together records of one contract and one seed only",
        }
    }
}
