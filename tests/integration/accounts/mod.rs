//! A service of accounts and projects, as a small team writes one: roles, tokens that a log-out
//! ends, foreign keys, names that are taken. It behaves in one of several correct ways, each with
//! its own contract, or with one fault.

mod fault;
mod http;
mod proof;
mod reading;
mod selftest;
mod service;
mod spoil;
mod state;
mod variant;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use fault::Fault;
use service::Service;
use state::{ADMIN_TOKEN, FIRST_OF_OTHERS, MEMBER_TOKEN, csrf_of};
use variant::{Role, Session, Variant};

/// A running service; it stops when dropped.
struct Host {
    address: SocketAddr,
    variant: Variant,
    service: Arc<Service>,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    fn start(variant: Variant, fault: Option<Fault>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let service = Arc::new(Service::new(variant.habits(), fault));
        let stopped = Arc::new(AtomicBool::new(false));
        let (behind, over) = (Arc::clone(&service), Arc::clone(&stopped));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let service = Arc::clone(&behind);
                std::thread::spawn(move || http::converse(stream, &|request| service.answer(request)));
            }
        });
        Self { address, variant, service, stopped, thread: Some(thread) }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The token of the account that is given to the program.
    fn token(&self) -> &'static str {
        match self.variant.habits().caller {
            Role::Admin => ADMIN_TOKEN,
            Role::Member | Role::Manager => MEMBER_TOKEN,
        }
    }

    /// What gives the caller's credentials on the command line.
    fn credentials(&self) -> Vec<String> {
        let token = self.token();
        match self.variant.habits().session {
            Session::Bearer => vec!["--bearer".into(), token.into()],
            Session::Cookie => vec![
                "--api-key".into(),
                format!("session={token}"),
                "--api-key".into(),
                format!("csrf={}", csrf_of(token)),
            ],
        }
    }

    /// What became of what was there from the start; nothing where all is as it was.
    fn harm(&self) -> Option<String> {
        let (before, now) = (state::State::new(), self.service.state());
        let mut told = Vec::new();
        for (token, standing) in &before.sessions {
            if now.sessions.get(token) != Some(standing) {
                told.push(format!("the session {token} is over"));
            }
        }
        for project in before.projects.values() {
            let kept = now.projects.get(&project.id).is_some_and(|other| {
                (&other.name, &other.title, &other.visibility, &other.budget)
                    == (&project.name, &project.title, &project.visibility, &project.budget)
            });
            if !kept {
                told.push(format!("the project {} was changed or deleted", project.id));
            }
        }
        (!told.is_empty()).then(|| told.join(", "))
    }

    /// How many projects were begun since the start.
    fn projects(&self) -> usize {
        self.service.state().projects.range(FIRST_OF_OTHERS..).count()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener, so that it can go away.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
