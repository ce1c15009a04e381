//! What does `cargo xtask simulate` run?
#![expect(clippy::print_stdout, reason = "a command line tool talks to the terminal")]
use std::sync::Arc;
use simulation::design::Design;
use simulation::exhaustive::{self, Depth};

fn main() {
    let Ok(design) = Design::ours() else { return };
    let design = Arc::new(design);
    let depth = if std::env::args().nth(1).as_deref() == Some("pairs") { Depth::Pairs } else { Depth::Single };
    let only = std::env::args().nth(2);
    for scenario in exhaustive::scenarios() {
        if only.as_ref().is_some_and(|o| o != scenario.name) { continue; }
        let t = std::time::Instant::now();
        let name = scenario.name;
        let s = exhaustive::run(&design, std::slice::from_ref(&scenario), depth, 2);
        println!("{name}: {} histories, {} findings, {:?}", s.histories, s.findings.len(), t.elapsed());
        for f in s.findings.iter().take(5) {
            println!("  {}", f.faults.iter().map(ToString::to_string).collect::<Vec<_>>().join(" + "));
            for v in &f.violations { println!("    {v}"); }
        }
        if std::env::args().nth(3).is_some() { if let Some(f) = s.findings.first() { for l in scenario.history(f.faults.clone()).run_told(&design).timeline { println!("{l}"); } } }
    }
}
