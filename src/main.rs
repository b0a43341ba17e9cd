//! The program: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    probity::cli::run(std::env::args_os()).into()
}
