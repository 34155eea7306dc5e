//! What a process holds, as `/proc` tells it (Linux).

use std::fs;

use crate::city::Failure;

/// Resident memory, in millions of bytes.
pub struct Memory {
    /// Now.
    pub now_mb: f64,
    /// At its most.
    pub peak_mb: f64,
}

/// Looks at a process.
pub fn of(pid: u32) -> Result<Memory, Failure> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let mb = |name: &str| -> Result<f64, Failure> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("no such line")?;
        Ok(kib.parse::<f64>()? * 1024.0 / 1e6)
    };
    Ok(Memory { now_mb: mb("VmRSS:")?, peak_mb: mb("VmHWM:")? })
}
