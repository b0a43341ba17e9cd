//! Progress of a run on standard error: drawn while somebody watches, now and then a line elsewhere.

use crate::run;
use crate::session::{Event, Observer};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A bar, how many exchanges, how fast, how many findings, and what is waited for; a line at each
/// tenth, or a minute, where no bar can be drawn.
pub struct Progress {
    bar: Option<ProgressBar>,
    lines: Option<Mutex<Lines>>,
    gauge: Arc<Gauge>,
}

/// Progress in lines.
struct Lines {
    all: usize,
    done: usize,
    /// How many tenths were done when it was last told, and when that was.
    told: (usize, Instant),
    begun: Instant,
    paper: Box<dyn Write + Send>,
}

/// Whoever is done sooner than this needs no line.
const SOON: Duration = Duration::from_secs(1);

/// After this long a line comes, however little was done.
const LONG: Duration = Duration::from_mins(1);

impl Lines {
    fn new(paper: Box<dyn Write + Send>) -> Lines {
        let now = Instant::now();
        Lines { all: 0, done: 0, told: (0, now), begun: now, paper }
    }

    fn begin(&mut self, all: usize, now: Instant) {
        (self.all, self.done, self.told, self.begun) = (all, 0, (0, now), now);
    }

    fn one_more(&mut self, now: Instant) {
        self.done += 1;
        let tenths = (self.done * 10).checked_div(self.all).unwrap_or(0);
        let since = now.saturating_duration_since(self.told.1);
        if (tenths > self.told.0 && since >= SOON) || since >= LONG {
            self.told = (tenths, now);
            let seconds = now.saturating_duration_since(self.begun).as_secs();
            // Nothing can be done about a standard error that fails.
            let _ = writeln!(self.paper, "{} of {} after {seconds} s", self.done, self.all);
        }
    }
}

/// What the bar shows beside its length.
#[derive(Debug, Default)]
struct Gauge {
    observations: AtomicU64,
    waiting: Mutex<Option<(Instant, &'static str)>>,
}

const TICK: Duration = Duration::from_millis(100);
const TEMPLATE: &str = "{bar:24} {pos}/{len}{rate}{seen}{waiting}";

impl Progress {
    /// A bar on standard error, if that is a terminal that can draw one.
    pub fn stderr() -> Progress {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        let watched = std::io::stderr().is_terminal() && (cfg!(windows) || !dumb);
        if watched {
            Progress::on(ProgressDrawTarget::stderr_with_hz(10))
        } else {
            Progress::written(Box::new(std::io::stderr()))
        }
    }

    /// Nothing at all.
    pub fn hidden() -> Progress {
        Progress { bar: None, lines: None, gauge: Arc::default() }
    }

    fn written(paper: Box<dyn Write + Send>) -> Progress {
        Progress { bar: None, lines: Some(Mutex::new(Lines::new(paper))), gauge: Arc::default() }
    }

    fn on(target: ProgressDrawTarget) -> Progress {
        let gauge = Arc::<Gauge>::default();
        let bar = ProgressBar::with_draw_target(Some(0), target);
        // The template is fixed; should it ever be wrong, the default style draws.
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            let (observed, waited) = (Arc::clone(&gauge), Arc::clone(&gauge));
            let rate = |state: &ProgressState, out: &mut dyn fmt::Write| write_rate(state, out);
            let style = style
                .with_key("rate", rate)
                .with_key("seen", move |_: &ProgressState, out: &mut dyn fmt::Write| {
                    observed.write_count(out);
                })
                .with_key("waiting", move |_: &ProgressState, out: &mut dyn fmt::Write| {
                    waited.write_wait(out);
                });
            bar.set_style(style.progress_chars("=> "));
        }
        Progress { bar: Some(bar), lines: None, gauge }
    }

    /// So many things are to be done.
    pub fn begin(&self, all: usize) {
        if let Some(bar) = &self.bar {
            bar.set_length(u64::try_from(all).unwrap_or(u64::MAX));
            bar.reset_elapsed();
            bar.enable_steady_tick(TICK);
        }
        if let Some(mut lines) = self.lines() {
            lines.begin(all, Instant::now());
        }
    }

    fn lines(&self) -> Option<MutexGuard<'_, Lines>> {
        Some(self.lines.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One of them is done.
    pub fn one_more(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
        if let Some(mut lines) = self.lines() {
            lines.one_more(Instant::now());
        }
    }

    /// Takes the bar away; what is printed afterwards stands alone.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Observer for Progress {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::Run(run::Event::Started { requests, .. }) => {
                self.begin(*requests);
            }
            Event::Judged { observations, .. } => {
                if !observations.is_empty() {
                    let observations = u64::try_from(observations.len()).unwrap_or(u64::MAX);
                    self.gauge.observations.fetch_add(observations, Ordering::Relaxed);
                }
            }
            Event::Run(run::Event::Sent | run::Event::Undone) => self.one_more(),
            Event::Run(run::Event::Undoing { made }) => {
                if let Some(bar) = &self.bar {
                    bar.reset();
                }
                self.begin(*made);
            }
            Event::Run(run::Event::Waiting { pause, why }) => {
                let until = Instant::now().checked_add(*pause);
                *self.gauge.waiting.lock().unwrap_or_else(PoisonError::into_inner) =
                    until.map(|until| (until, *why));
            }
            Event::Run(run::Event::Ended) => self.clear(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Gauge {
    fn write_count(&self, out: &mut dyn fmt::Write) {
        // Nothing can be done about a terminal that fails.
        let _ = match self.observations.load(Ordering::Relaxed) {
            0 => Ok(()),
            1 => out.write_str(" · 1 observation"),
            many => write!(out, " · {many} observations"),
        };
    }

    fn write_wait(&self, out: &mut dyn fmt::Write) {
        let waiting = *self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((until, why)) = waiting else { return };
        let left = until.saturating_duration_since(Instant::now());
        if !left.is_zero() {
            let _ = write!(out, " · waiting {:.0} s: {why}", left.as_secs_f64().ceil());
        }
    }
}

fn write_rate(state: &ProgressState, out: &mut dyn fmt::Write) {
    let seconds = state.elapsed().as_secs_f64();
    if let Some(done) = u32::try_from(state.pos()).ok().filter(|done| *done > 0 && seconds > 0.0) {
        let _ = write!(out, " · {:.0}/s", f64::from(done) / seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;
    use indicatif::TermLike;
    use std::io;

    #[derive(Clone, Debug, Default)]
    struct Paper(Arc<Mutex<String>>);

    impl TermLike for Paper {
        fn width(&self) -> u16 {
            120
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            self.write_str("\n")
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_bar_shows_how_far_the_run_is_and_what_it_waits_for() {
        let paper = Paper::default();
        let progress = Progress::on(ProgressDrawTarget::term_like(Box::new(paper.clone())));
        let fixture = Fixture::new();
        let exchange = fixture.run.exchanges().next().unwrap().1;
        progress.event(&Event::Run(&run::Event::Started { run: "", requests: 2 }));
        progress.event(&Event::Run(&run::Event::Sent));
        let own: Vec<_> = fixture.run.observations.iter().collect();
        let (scenario, case) = ("", &fixture.plan.scenarios[0].cases[0]);
        progress.event(&Event::Judged { scenario, case, exchange, observations: &own });
        progress.event(&Event::Run(&run::Event::Waiting {
            pause: Duration::from_secs(40),
            why: "the target asked for a pause",
        }));
        if let Some(bar) = &progress.bar {
            bar.force_draw();
        }
        let text = paper.0.lock().unwrap().clone();
        let last = text.lines().last().unwrap().trim();
        assert!(last.contains("1/2 · "), "{last}");
        assert!(last.ends_with("/s · 3 observations · waiting 40 s: the target asked for a pause"), "{last}");
        progress.event(&Event::Run(&run::Event::Ended));
    }

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().push_str(std::str::from_utf8(bytes).unwrap());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The lines of a run of so many requests, each after so long.
    fn lines(requests: u32, each: Duration) -> Vec<String> {
        let paper = Paper::default();
        let mut lines = Lines::new(Box::new(paper.clone()));
        let begun = Instant::now();
        lines.begin(requests as usize, begun);
        (1..=requests).for_each(|one| lines.one_more(begun + each * one));
        let text = paper.0.lock().unwrap().clone();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn without_a_terminal_a_line_comes_at_each_tenth_or_minute() {
        assert!(lines(500, Duration::from_millis(1)).is_empty(), "it is over at once");
        let tenths = lines(100, Duration::from_millis(500));
        assert_eq!(tenths.len(), 10);
        assert_eq!((&*tenths[0], &*tenths[9]), ("10 of 100 after 5 s", "100 of 100 after 50 s"));
        let minutes = lines(1_000, Duration::from_secs(30));
        assert_eq!(minutes.len(), 500, "a tenth takes longer than a minute");
    }
}
