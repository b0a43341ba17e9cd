//! The proof that the checks bite and that they bite nothing else: every correct server is green,
//! every planted fault that the contract can tell is found.

mod correct;
mod faults;
mod findings;
mod remarks;
mod survivors;
mod table;
mod trial;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// Does the work on several threads; the results come in the order of the work.
pub(crate) fn side_by_side<W: Send, R: Send>(
    work: impl IntoIterator<Item = W>,
    each: impl Fn(W) -> R + Sync,
) -> Vec<R> {
    const THREADS: usize = 3;
    let open: Mutex<VecDeque<(usize, W)>> = Mutex::new(work.into_iter().enumerate().collect());
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let next = open.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some((index, one)) = next else { return };
                    let result = each(one);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// A finding of a JSON report in a few lines.
pub(crate) fn told(finding: &Value) -> String {
    let text = |key: &str| finding[key].as_str().unwrap_or("-").to_owned();
    format!(
        "[{}] {} x{}\n    at {} {} {}\n    expected {}\n    actual   {}\n    contract {}:{}\n    {}\n",
        text("check"),
        text("title"),
        finding["count"],
        text("operation"),
        text("place"),
        text("cause"),
        text("expected"),
        text("actual"),
        finding["contract"]["file"],
        finding["contract"]["line"],
        text("curl"),
    )
}
