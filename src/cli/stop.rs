//! When a command that goes on is to end: Ctrl-C, or the system's polite request.

/// Waits until somebody asks the program to end, a person or what runs it.
#[cfg(unix)]
pub(super) async fn asked_to_end() -> std::io::Result<()> {
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminated.recv() => Ok(()),
    }
}

/// Waits until somebody asks the program to end.
#[cfg(not(unix))]
pub(super) async fn asked_to_end() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
