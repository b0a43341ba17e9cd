//! The program: parse, run, exit code.

use std::process::ExitCode;

/// Planning and judging allocate a lot, in several threads at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    probity::cli::run(std::env::args_os()).into()
}
