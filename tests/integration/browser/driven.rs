//! Chromium over its own protocol: just what the checks of pages need.

use crate::driver::repository;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tungstenite::{Message, WebSocket};

const PATIENCE: Duration = Duration::from_mins(1);

/// A running browser; it ends when dropped.
pub(crate) struct Browser {
    child: Child,
    port: u16,
    profile: TempDir,
}

/// What a page is looked at with.
#[derive(Clone, Copy)]
pub(crate) struct Screen {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) dark: bool,
    pub(crate) script: bool,
}

/// An open page.
pub(crate) struct Tab {
    state: RefCell<State>,
}

struct State {
    socket: WebSocket<TcpStream>,
    number: u64,
    events: Vec<Value>,
}

impl Browser {
    /// Starts a browser.
    pub(crate) fn start(program: &Path) -> Browser {
        let profile = TempDir::new().expect("a temporary folder");
        let mut command = Command::new(program);
        command
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            .args(["--no-first-run", "--disable-background-networking", "--disable-component-update"])
            .args(["--remote-debugging-port=0", "--remote-allow-origins=*"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.expect("Chromium starts");
        let mut browser = Browser { child, port: 0, profile };
        let file = browser.profile.path().join("DevToolsActivePort");
        let start = Instant::now();
        loop {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            if let Some(port) = text.lines().next().and_then(|line| line.parse().ok()) {
                browser.port = port;
                return browser;
            }
            assert!(start.elapsed() < PATIENCE, "Chromium tells no port");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Opens a file in a tab of its own.
    pub(crate) fn open(&self, path: &Path, screen: Screen) -> Tab {
        let made = self.call_root("Target.createTarget", &json!({"url": "about:blank"}));
        let target = made["targetId"].as_str().expect("a target").to_owned();
        let tab = self.tab(&format!("/devtools/page/{target}"));
        for domain in ["Page", "Runtime", "Network", "Log"] {
            tab.call(&format!("{domain}.enable"), &json!({}));
        }
        tab.call(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": screen.width, "height": screen.height, "deviceScaleFactor": 1, "mobile": screen.width < 600}),
        );
        let scheme = if screen.dark { "dark" } else { "light" };
        tab.call(
            "Emulation.setEmulatedMedia",
            &json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}),
        );
        tab.call("Emulation.setScriptExecutionDisabled", &json!({"value": !screen.script}));
        tab.call("Page.navigate", &json!({"url": format!("file://{}", path.display())}));
        tab.wait_for("Page.loadEventFired");
        tab
    }

    fn call_root(&self, method: &str, parameters: &Value) -> Value {
        let file = std::fs::read_to_string(self.profile.path().join("DevToolsActivePort")).expect("the port");
        let path = file.lines().nth(1).expect("the path of the browser").to_owned();
        self.tab(&path).call(method, parameters)
    }

    fn tab(&self, path: &str) -> Tab {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection to Chromium");
        stream.set_read_timeout(Some(PATIENCE)).expect("a bound on waiting");
        let url = format!("ws://127.0.0.1:{}{path}", self.port);
        let (socket, _) = tungstenite::client(url, stream).expect("a conversation with Chromium");
        Tab { state: RefCell::new(State { socket, number: 0, events: Vec::new() }) }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Tab {
    /// What an expression is worth in the page, as JSON.
    pub(crate) fn evaluate(&self, expression: &str) -> Value {
        let answer = self.call(
            "Runtime.evaluate",
            &json!({"expression": expression, "awaitPromise": true, "returnByValue": true}),
        );
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Everything that went wrong so far: exceptions, console errors, and what a policy stopped.
    pub(crate) fn errors(&self) -> Vec<String> {
        self.evaluate("0");
        let state = self.state.borrow();
        let errors = state.events.iter().filter(|event| match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Runtime.consoleAPICalled") => event["params"]["type"] == "error",
            Some("Log.entryAdded") => event["params"]["entry"]["level"] == "error",
            _ => false,
        });
        errors.map(|event| event["params"].to_string()).collect()
    }

    /// Every URL that was asked for so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        let state = self.state.borrow();
        let sent = state.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        let urls = sent.filter_map(|event| event["params"]["request"]["url"].as_str().map(str::to_owned));
        urls.filter(|url| !url.starts_with("data:")).collect()
    }

    /// What axe-core holds against the page; nothing where it is not installed.
    pub(crate) fn violations(&self) -> Vec<String> {
        let axe = repository().join(".ci/node_modules/axe-core/axe.min.js");
        let Ok(axe) = std::fs::read_to_string(axe) else {
            #[allow(clippy::print_stdout, reason = "a reader of the output must see what was not tried")]
            {
                println!("no axe-core: `npm ci --prefix .ci` installs it");
            }
            return Vec::new();
        };
        self.evaluate(&format!("{axe}; 0"));
        let found = self.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then((result) => result.violations.flatMap((one) =>
                one.nodes.slice(0, 3).map((node) => `${one.id}: ${one.help}: ${node.html.slice(0, 160)} ${node.failureSummary}`)))",
        );
        found.as_array().into_iter().flatten().map(ToString::to_string).collect()
    }

    /// Presses keys as a person does: one name of a key each.
    pub(crate) fn press(&self, keys: &[&str]) {
        for key in keys {
            let text = if key.chars().count() == 1 { json!(key) } else { Value::Null };
            let mut down = json!({"type": "keyDown", "key": key, "code": key});
            if !text.is_null() {
                down["text"] = text;
            }
            if *key == "Tab" {
                down["windowsVirtualKeyCode"] = json!(9);
            }
            if *key == "Enter" {
                down["windowsVirtualKeyCode"] = json!(13);
                down["text"] = json!("\r");
            }
            self.call("Input.dispatchKeyEvent", &down);
            self.call("Input.dispatchKeyEvent", &json!({"type": "keyUp", "key": key, "code": key}));
        }
    }

    pub(crate) fn call(&self, method: &str, parameters: &Value) -> Value {
        let mut state = self.state.borrow_mut();
        state.number += 1;
        let number = state.number;
        let message = json!({"id": number, "method": method, "params": parameters}).to_string();
        state.socket.send(Message::from(message)).expect("a message to Chromium");
        loop {
            let message = state.next();
            if message["id"] == number {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            state.events.push(message);
        }
    }

    fn wait_for(&self, event: &str) {
        let mut state = self.state.borrow_mut();
        while !state.events.iter().any(|known| known["method"] == event) {
            let message = state.next();
            state.events.push(message);
        }
    }
}

impl State {
    fn next(&mut self) -> Value {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).expect("JSON from Chromium"),
                Ok(_) => {}
                Err(tungstenite::Error::Io(error)) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => panic!("no message from Chromium: {error}"),
            }
        }
    }
}
