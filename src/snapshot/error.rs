//! What can go wrong with the files of snapshots, and what to do about it.

use std::path::{Path, PathBuf};

/// Why snapshots cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The name could lead out of the folder of snapshots, or is none on some file system.
    #[error("`{0}` cannot be the name of a profile")]
    Profile(String),
    /// The operating system refuses to show a file or folder.
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The operating system refuses to write a file or folder.
    #[error("{} cannot be written: {reason}", path.display())]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// A link could lead anywhere.
    #[error("{} is a link or no ordinary file, and is left alone", path.display())]
    Foreign {
        /// Which.
        path: PathBuf,
    },
    /// The file is not a page of snapshots.
    #[error("{} is not a page of snapshots: {why}", path.display())]
    Malformed {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl SnapshotError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            SnapshotError::Profile(_) => {
                "a profile is named by letters, digits, `-`, `_` and `.`, and begins with a letter or digit"
                    .into()
            }
            SnapshotError::Unreadable { .. } => "check who may read the folder of snapshots".into(),
            SnapshotError::Unwritable { reason, .. } => match reason.kind() {
                std::io::ErrorKind::StorageFull => "make room on the disk".into(),
                _ => "make the folder of snapshots writable, or set INSTA_UPDATE=no to compare only".into(),
            },
            SnapshotError::Foreign { .. } => "replace it with an ordinary file, or move it away".into(),
            SnapshotError::Malformed { .. } => {
                "restore it from version control, or reject it and record again".into()
            }
        })
    }
}

pub(super) fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> SnapshotError {
    let path = path.to_owned();
    move |reason| SnapshotError::Unreadable { path, reason }
}

pub(super) fn unwritable(path: &Path) -> impl FnOnce(std::io::Error) -> SnapshotError {
    let path = path.to_owned();
    move |reason| SnapshotError::Unwritable { path, reason }
}
