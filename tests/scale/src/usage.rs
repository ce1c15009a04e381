//! What calls took of each partition key.

use std::collections::BTreeMap;

/// A partition key of a table or of one of its indexes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The logical id in the template.
    pub table: String,
    pub index: Option<String>,
    pub key: String,
}

/// Units of one place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Units {
    pub writes: u64,
    pub read_halves: u64,
}

/// The units of many calls, by place.
#[derive(Debug, Clone, Default)]
pub struct Usage {
    pub places: BTreeMap<Place, Units>,
    /// How many calls there were.
    pub calls: u64,
}

impl Place {
    pub fn table(table: &str, key: &str) -> Self {
        Self {
            table: table.to_owned(),
            index: None,
            key: key.to_owned(),
        }
    }

    pub fn index(table: &str, index: &str, key: &str) -> Self {
        Self {
            index: Some(index.to_owned()),
            ..Self::table(table, key)
        }
    }

    /// The table, with its index if it is about one.
    pub fn resource(&self) -> String {
        let Self { table, index, .. } = self;
        index
            .as_ref()
            .map_or_else(|| table.clone(), |index| format!("{table}/{index}"))
    }
}

impl Usage {
    pub fn write(&mut self, place: Place, units: u64) {
        self.places.entry(place).or_default().writes += units;
    }

    pub fn read(&mut self, place: Place, half_units: u64) {
        self.places.entry(place).or_default().read_halves += half_units;
    }

    pub fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        for (place, units) in &other.places {
            let sum = self.places.entry(place.clone()).or_default();
            sum.writes += units.writes;
            sum.read_halves += units.read_halves;
        }
    }

    /// The sum over the places that are asked for.
    pub fn sum(&self, is_wanted: impl Fn(&Place) -> bool) -> Units {
        let places = self.places.iter().filter(|(place, _)| is_wanted(place));
        places.fold(Units::default(), |sum, (_, units)| Units {
            writes: sum.writes + units.writes,
            read_halves: sum.read_halves + units.read_halves,
        })
    }
}
