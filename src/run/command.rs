//! A command of the user's that prints a token.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// So long it may take.
const LIMIT: Duration = Duration::from_mins(1);

/// So much of what it prints is read.
const MOST_BYTES: u64 = 64 << 10;

/// How often it is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(5);

/// What a command for the shell prints, without the space around it; or why it does not.
pub(super) fn printed(command: &str) -> Result<String, String> {
    let (program, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut child = Command::new(program)
        .args([flag, command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot be run: {error}"))?;
    let out = child.stdout.take();
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        out.map(|out| out.take(MOST_BYTES).read_to_end(&mut bytes));
        bytes
    });
    let ended = ended(&mut child);
    if ended.is_err() {
        // It may have ended meanwhile.
        let _ = child.kill();
        let _ = child.wait();
    }
    ended?;
    let bytes = reader.join().unwrap_or_default();
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

fn ended(child: &mut Child) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => {
                return Err(match status.code() {
                    Some(code) => format!("ended with exit code {code}"),
                    None => "was ended by a signal".to_owned(),
                });
            }
            Ok(None) if begun.elapsed() > LIMIT => {
                return Err(format!("did not end within {} seconds", LIMIT.as_secs()));
            }
            Ok(None) => std::thread::sleep(LOOK),
            Err(error) => return Err(format!("cannot be waited for: {error}")),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_command_prints_a_token_or_it_is_told_why_not() {
        assert_eq!(printed("echo ' abc '; echo noise >&2").as_deref(), Ok("abc"));
        assert_eq!(printed("exit 3").unwrap_err(), "ended with exit code 3");
        assert_eq!(printed("true").as_deref(), Ok(""));
    }
}
