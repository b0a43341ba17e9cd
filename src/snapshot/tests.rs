//! Snapshots from a run to the disk and back, held against insta itself.
