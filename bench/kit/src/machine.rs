//! Describes the machine and the date of a measurement, in one line for a report.

use std::fs;
use std::process::Command;

/// The date, the processor, the kernel, and the versions of these programs.
pub fn description(programs: &[(&str, &str)]) -> String {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("an unknown processor", |(_, model)| model);
    // All processors of the machine, not only those that this process may use.
    let count = processor.lines().filter(|line| line.starts_with("processor")).count();
    let system = output_of("uname", &["-sr"]).unwrap_or_default();
    let day = output_of("date", &["-u", "+%Y-%m-%d"]).unwrap_or_default();
    let mut text = format!("{day}, {model}, {count} virtual processors, {system}");
    for (program, argument) in programs {
        let version = output_of(program, &[argument]).unwrap_or_else(|| "absent".to_owned());
        // Most programs print their own name first.
        let name = if version.starts_with(program) { "" } else { program };
        text.push_str(", ");
        text.push_str(format!("{name} {version}").trim());
    }
    text.push('.');
    text
}

/// The output of a program; `None` if it is not installed.
pub fn output_of(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
