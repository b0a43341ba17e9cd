//! A gate that opens once everybody stands before it.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::watch;

/// A host that serves one connection after the other would never let all of them come so far.
const PATIENCE: Duration = Duration::from_secs(1);

/// Lets the last bytes of several bodies through together.
pub(in crate::run) struct Gate {
    missing: Arc<AtomicUsize>,
    opened: Arc<watch::Sender<bool>>,
}

impl Gate {
    /// A gate for so many requests.
    pub(in crate::run) fn new(requests: usize) -> Gate {
        Gate {
            missing: Arc::new(AtomicUsize::new(requests)),
            opened: Arc::new(watch::Sender::new(requests == 0)),
        }
    }

    /// The ticket of one request. When it is dropped, nobody waits for it any more.
    pub(super) fn ticket(&self) -> Ticket {
        Ticket(Arc::new(Standing {
            arrived: AtomicUsize::new(0),
            missing: Arc::clone(&self.missing),
            opened: Arc::clone(&self.opened),
        }))
    }
}

/// Where a request stands: dropped by whoever gave up, told by the body once it is out.
pub(super) struct Ticket(Arc<Standing>);

struct Standing {
    arrived: AtomicUsize,
    missing: Arc<AtomicUsize>,
    opened: Arc<watch::Sender<bool>>,
}

impl Standing {
    fn arrive(&self) {
        if self.arrived.swap(1, Ordering::AcqRel) == 0 && self.missing.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.opened.send_replace(true);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.arrive();
    }
}

impl Ticket {
    /// A body whose last byte waits until the gate opens.
    pub(super) fn hold(&self, body: &Bytes) -> HeldBody {
        let mut opened = self.0.opened.subscribe();
        let last = body.len() - 1;
        HeldBody {
            parts: [Some(body.slice(..last)).filter(|part| !part.is_empty()), Some(body.slice(last..))],
            left: body.len(),
            flushed: false,
            standing: Arc::clone(&self.0),
            opening: Box::pin(async move {
                // The sender stands in `standing`, and so outlives this.
                let _ = tokio::time::timeout(PATIENCE, opened.wait_for(|opened| *opened)).await;
            }),
        }
    }
}

/// A body in two parts: all but the last byte at once, the last one when the gate opens.
pub(super) struct HeldBody {
    parts: [Option<Bytes>; 2],
    left: usize,
    flushed: bool,
    standing: Arc<Standing>,
    opening: Pin<Box<dyn Future<Output = ()> + Send + Sync>>,
}

impl Body for HeldBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let part = match self.parts[0].take() {
            Some(most) => most,
            None if self.parts[1].is_none() => return Poll::Ready(None),
            None => {
                if !self.flushed {
                    // What there was is written once this has nothing more to give.
                    self.flushed = true;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                self.standing.arrive();
                std::task::ready!(self.opening.as_mut().poll(context));
                self.parts[1].take().unwrap_or_default()
            }
        };
        self.left -= part.len();
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.parts.iter().all(Option::is_none)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn frame(held: &mut HeldBody) -> Option<Bytes> {
        let frame = std::future::poll_fn(|context| Pin::new(&mut *held).poll_frame(context)).await;
        frame.map(|frame| frame.unwrap().into_data().unwrap())
    }

    /// Whether a last byte is still held back after a while.
    async fn waits(held: &mut HeldBody) -> bool {
        tokio::time::timeout(PATIENCE / 20, frame(held)).await.is_err()
    }

    #[tokio::test]
    async fn last_bytes_wait_until_everything_else_is_out() {
        let gate = Gate::new(2);
        let tickets = [gate.ticket(), gate.ticket()];
        let [mut one, mut two] = tickets.each_ref().map(|ticket| ticket.hold(&Bytes::from("body")));
        assert_eq!(frame(&mut one).await.unwrap(), "bod");
        assert!(waits(&mut one).await);
        assert_eq!(frame(&mut two).await.unwrap(), "bod");
        assert!(waits(&mut one).await, "the other was given out, which is not yet written");
        let last = tokio::join!(frame(&mut one), frame(&mut two));
        assert_eq!(last, (Some("y".into()), Some("y".into())));
        assert_eq!(frame(&mut one).await, None);
    }

    #[tokio::test]
    async fn nobody_waits_for_what_was_given_up() {
        let gate = Gate::new(2);
        let (ticket, given_up) = (gate.ticket(), gate.ticket());
        let mut held = ticket.hold(&Bytes::from("body"));
        assert_eq!(frame(&mut held).await.unwrap(), "bod");
        assert!(waits(&mut held).await);
        drop(given_up);
        assert_eq!(frame(&mut held).await.unwrap(), "y");
    }

    #[tokio::test]
    async fn patience_has_an_end() {
        let gate = Gate::new(2);
        let tickets = [gate.ticket(), gate.ticket()];
        let mut held = tickets[0].hold(&Bytes::from("b"));
        assert_eq!(frame(&mut held).await.unwrap(), "b");
    }
}
