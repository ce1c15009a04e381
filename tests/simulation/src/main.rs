//! What does `cargo xtask simulate` run?
#![expect(clippy::print_stdout, reason = "a command line tool talks to the terminal")]
use std::sync::Arc;
use simulation::design::Design;
use simulation::exhaustive::{self, Depth};

fn main() {
    let Ok(design) = Design::ours() else { return };
    let design = Arc::new(design);
    let first = std::env::args().nth(1).unwrap_or_default();
    if first == "random" {
        let n: u64 = std::env::args().nth(2).unwrap().parse().unwrap();
        let t = std::time::Instant::now();
        let (s, f) = simulation::random::run(&design, simulation::random::history, 0..n, 2);
        println!("{} histories {:?}", s.histories, t.elapsed());
        if let Some(f) = f {
            println!("seed {} {:?}", f.seed, f.report.violations);
            let h = simulation::random::shrunk(&design, &simulation::random::history(f.seed), &f);
            for l in h.run_told(&design).timeline { println!("{l}"); }
        }
        for (site, r) in s.sites { println!("{site:?} {r:?}"); }
        return;
    }
    if first == "variants" {
        for v in &simulation::variants::ALL {
            let d = Arc::new((v.design)().unwrap());
            for sc in exhaustive::scenarios() { if !v.knows_cancels && sc.name == "cancelled" { continue; } let r = sc.run(&d, vec![]); if !r.violations.is_empty() { println!("  calm {} {:?}", sc.name, r.violations); } }
            let (s, f) = simulation::random::run(&d, |seed| v.history(seed), 0..1000, 2);
            println!("{}: {} histories, {:?}", d.name, s.histories, f.as_ref().map(|f| (f.seed, &f.report.violations)));
            if let Some(f) = f {
                let h = simulation::random::shrunk(&d, &v.history(f.seed), &f);
                println!("   {:?} {:?}", h.actions, h.plan);
            }
        }
        return;
    }
    let depth = if first == "pairs" { Depth::Pairs } else { Depth::Single };
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
