//! On what was measured, and when? One line for a report.

use std::fs;
use std::process::Command;

/// The day, the processor, the kernel; and the versions that these programs tell.
pub fn description(programs: &[(&str, &str)]) -> String {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("an unknown processor", |(_, model)| model);
    // Not those that this process still has to itself.
    let count = processor.lines().filter(|line| line.starts_with("processor")).count();
    let system = said("uname", &["-sr"]).unwrap_or_default();
    let day = said("date", &["-u", "+%Y-%m-%d"]).unwrap_or_default();
    let mut text = format!("{day}, {model}, {count} virtual processors, {system}");
    for (program, argument) in programs {
        let version = said(program, &[argument]).unwrap_or_else(|| "absent".to_owned());
        // Most begin with their own name.
        let name = if version.starts_with(program) { "" } else { program };
        text.push_str(", ");
        text.push_str(format!("{name} {version}").trim());
    }
    text.push('.');
    text
}

/// What a program prints; `None` where it is not installed.
pub fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
