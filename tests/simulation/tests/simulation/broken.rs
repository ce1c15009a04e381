//! Is every broken shop caught? Each with the first seed that catches it, and the rule that it breaks there.

use std::sync::Arc;

use simulation::design::Design;
use simulation::faults::Plan;
use simulation::invariants::Invariant;
use simulation::random;
use simulation::variants::{ALL, CAUGHT_WITHIN, Variant};

fn variant(name: &str) -> (&'static Variant, Arc<Design>) {
    let found = ALL.iter().map(|variant| (variant, (variant.design)().unwrap()));
    let (variant, design) = found.into_iter().find(|(_, design)| design.name == name).unwrap();
    (variant, Arc::new(design))
}

/// The first seed that catches it, and the first rule that it broke.
fn caught(name: &str) -> (u64, Invariant) {
    let (variant, design) = variant(name);
    for seed in 0..CAUGHT_WITHIN {
        let violations = variant.history(seed).run(&design).violations;
        if let Some(violation) = violations.first() {
            return (seed, violation.invariant);
        }
    }
    panic!("{name} was not caught");
}

#[test]
fn print() {
    for v in &ALL { let d = (v.design)().unwrap(); println!("{} {:?}", d.name, caught(d.name)); }
}
