//! The events of a run as they happen: a line of JSON each, by `spec/events.schema.json`.
//!
//! What judges a whole run is known at its end: its findings and the verdict are the last lines.

use super::file::{Destination, ReportError};
use super::json;
use super::model::Report;
use crate::contract::Contract;
use crate::exchange::{Exchange, Outcome};
use crate::judge::{Levels, Severity};
use crate::plan::Case;
use crate::run;
use crate::session::{Event, Observer};
use jiff::Timestamp;
use serde_json::{Value, json as value};
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The version of the format.
pub const FORMAT: u32 = 2;

/// Writes events, each line at once.
pub struct Events {
    contract: Arc<Contract>,
    seed: u64,
    levels: Levels,
    path: PathBuf,
    out: Mutex<Out>,
}

struct Out {
    writer: Box<dyn Write + Send>,
    /// The identity of the run, which stands as `{run}`.
    run: String,
    error: Option<io::Error>,
}

impl Events {
    /// Begins a file in place of what it held, or standard output.
    pub fn open(
        to: &Destination,
        contract: &Arc<Contract>,
        seed: u64,
        levels: &Levels,
    ) -> Result<Events, ReportError> {
        let path = PathBuf::from(to.name());
        let writer: Box<dyn Write + Send> = match to {
            Destination::Standard => Box::new(io::stdout()),
            Destination::File(path) | Destination::Summary(path) => {
                let created = File::create(path);
                Box::new(created.map_err(|source| ReportError::Io { path: path.clone(), source })?)
            }
        };
        Ok(Events::to(writer, path, contract, seed, levels))
    }

    fn to(
        writer: Box<dyn Write + Send>,
        path: PathBuf,
        contract: &Arc<Contract>,
        seed: u64,
        levels: &Levels,
    ) -> Events {
        let out = Mutex::new(Out { writer, run: String::new(), error: None });
        Events { contract: Arc::clone(contract), seed, levels: levels.clone(), path, out }
    }

    /// Ends with what is known of the whole run; tells what could not be written.
    pub fn finish(&self, report: &Report) -> Result<(), ReportError> {
        let mut out = self.out();
        for finding in &report.findings {
            let mut line = value!({"event": "finding"});
            merge(&mut line, &value!(finding));
            out.line(&line);
        }
        let mut line = value!({"event": "verdict", "at": Timestamp::now(), "verdict": report.verdict});
        merge(&mut line, &value!({"end": report.end, "summary": report.summary}));
        out.line(&line);
        match out.error.take() {
            Some(source) => Err(ReportError::Io { path: self.path.clone(), source }),
            None => Ok(()),
        }
    }

    fn out(&self) -> MutexGuard<'_, Out> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn exchanged(&self, scenario: &str, case: &Case, exchange: &Exchange) -> Value {
        let mut line = value!({
            "event": "exchanged",
            "at": exchange.ended,
            "case": case.id,
            "scenario": scenario,
            "operation": self.contract.operations.get(case.operation).map(|operation| &operation.id),
            "accepted": exchange.accepted(),
            "elapsed_ms": super::build::milliseconds(exchange.elapsed),
            "attempts": exchange.attempts,
        });
        match &exchange.outcome {
            Outcome::Answered(answer) => line["status"] = answer.status.into(),
            Outcome::Failed(failure) => line["failure"] = failure.kind.name().into(),
        }
        line
    }
}

impl Out {
    fn line(&mut self, line: &Value) {
        if self.error.is_some() {
            return;
        }
        let text = json::tame(format!("{line}\n"));
        let written = self.writer.write_all(text.as_bytes()).and_then(|()| self.writer.flush());
        // A reader that went away has what it wanted.
        self.error = written.err().filter(|error| error.kind() != ErrorKind::BrokenPipe);
    }
}

impl Observer for Events {
    fn event(&self, event: &Event<'_>) {
        let mut out = self.out();
        let line = match event {
            Event::Run(run::Event::Started { run, requests }) => {
                (*run).clone_into(&mut out.run);
                value!({
                    "event": "started",
                    "format": FORMAT,
                    "version": env!("CARGO_PKG_VERSION"),
                    "at": Timestamp::now(),
                    "run_id": run,
                    "contract": self.contract.document.files().first().map(|file| &file.name),
                    "seed": self.seed,
                    "requests": requests,
                })
            }
            Event::Judged { scenario, case, exchange, observations } => {
                let mut line = self.exchanged(scenario, case, exchange);
                let neutral = |text: &str| match out.run.as_str() {
                    "" => text.to_owned(),
                    run => text.replace(run, "{run}"),
                };
                let told =
                    observations.iter().filter(|one| self.levels.of_observation(one) != Severity::Allow);
                let told = told.map(|one| {
                    let at = self.contract.document.locate_key(&one.at);
                    value!({
                        "check": one.check.id,
                        "severity": self.levels.of_observation(one),
                        "title": neutral(&one.title),
                        "expected": neutral(&one.expected),
                        "actual": neutral(&one.actual),
                        "contract": {"file": at.file, "line": at.line, "column": at.column, "pointer": one.at},
                    })
                });
                line["observations"] = told.collect();
                line
            }
            Event::Run(run::Event::Waiting { pause, why }) => {
                let pause = super::build::milliseconds(*pause);
                value!({"event": "waiting", "at": Timestamp::now(), "pause_ms": pause, "why": why})
            }
            Event::Run(run::Event::Ended) => value!({"event": "ended", "at": Timestamp::now()}),
            // What came of it follows when it is judged, and of the clean-up in the report.
            Event::Run(run::Event::Sent | run::Event::Undoing { .. } | run::Event::Undone) => return,
        };
        out.line(&line);
    }
}

fn merge(into: &mut Value, from: &Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, valid_by};
    use super::*;
    use std::time::Duration;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>, Arc<Mutex<usize>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            *self.1.lock().unwrap() += 1;
            Ok(())
        }
    }

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(writer: Box<dyn Write + Send>, fixture: Fixture) -> Result<(), ReportError> {
        let report = fixture.report();
        let Fixture { contract, plan, run, .. } = fixture;
        let contract = Arc::new(contract);
        let events = Events::to(writer, "events".into(), &contract, plan.seed, &Levels::default());
        events.event(&Event::Run(&run::Event::Started { run: &run.id, requests: plan.len() }));
        events.event(&Event::Run(&run::Event::Waiting {
            pause: Duration::from_secs(2),
            why: "the target asked for a pause",
        }));
        for (position, exchange) in run.exchanges() {
            events.event(&Event::Run(&run::Event::Sent));
            let own: Vec<_> =
                run.observations.iter().filter(|one| one.position.scenario == position.scenario).collect();
            let (scenario, own) = (&plan.scenarios[position.scenario], &own);
            events.event(&Event::Judged {
                scenario: &scenario.id,
                case: &scenario.cases[position.step],
                exchange,
                observations: own,
            });
        }
        events.event(&Event::Run(&run::Event::Ended));
        events.finish(&report)
    }

    #[test]
    fn each_event_is_a_line_that_its_schema_describes() {
        let schema = include_str!("../../spec/events.schema.json");
        for fixture in Fixture::all() {
            let paper = Paper::default();
            written(Box::new(paper.clone()), fixture).unwrap();
            let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
            assert_eq!(*paper.1.lock().unwrap(), text.lines().count(), "each line is flushed");
            for line in text.lines() {
                valid_by(schema, &serde_json::from_str(line).unwrap());
            }
            assert!(!text.replacen("1234567890", "", 1).contains("1234567890"), "{text}");
        }
    }

    #[test]
    fn events_come_in_their_order_and_end_with_the_verdict() {
        let paper = Paper::default();
        written(Box::new(paper.clone()), Fixture::new()).unwrap();
        let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        let name =
            |line: &str| serde_json::from_str::<Value>(line).unwrap()["event"].as_str().unwrap().to_owned();
        let names: Vec<String> = text.lines().map(name).collect();
        let expected = "started waiting exchanged exchanged exchanged ended finding finding verdict";
        assert_eq!(names.join(" "), expected);
    }

    #[test]
    fn what_could_not_be_written_is_told_at_the_end() {
        let error = written(Box::new(Full), Fixture::new()).unwrap_err();
        assert!(error.to_string().starts_with("cannot write events"), "{error}");
    }
}
