//! The states of a reservation of stock, and what each change adds to the counts of a product.

use super::ports::Reservation;

/// The state of an order's reservation. It only moves forward; an order without a reservation has none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReservationState {
    /// The units are promised to the order and still on hand.
    Reserved,
    /// The units are sold.
    Committed,
    /// Given back, or closed before anything was reserved. Final.
    Closed,
}

/// A step of a reservation: the state that it leads to, and what it adds per reserved unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockChange {
    /// The state after the step.
    pub to: ReservationState,
    /// Units on hand.
    pub on_hand: i64,
    /// Units of open reservations.
    pub reserved: i64,
}

impl ReservationState {
    /// Every state, in order.
    pub const ALL: [Self; 3] = [Self::Reserved, Self::Committed, Self::Closed];

    /// The name that stores use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "RESERVED",
            Self::Committed => "COMMITTED",
            Self::Closed => "CLOSED",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The answer to `reserve` for an order that has a reservation. Without one, [`StockChange::RESERVE`] is due.
    pub fn repeated_reserve(self) -> Reservation {
        match self {
            Self::Reserved | Self::Committed => Reservation::Reserved,
            Self::Closed => Reservation::Closed,
        }
    }
}

impl StockChange {
    /// The change from no reservation to RESERVED.
    pub const RESERVE: Self = Self {
        to: ReservationState::Reserved,
        on_hand: 0,
        reserved: 1,
    };

    /// `None` where `commit` changes nothing.
    pub fn commit(state: Option<ReservationState>) -> Option<Self> {
        match state {
            // The units leave both the stock and the open reservations, so the available units stay the same.
            Some(ReservationState::Reserved) => Some(Self {
                to: ReservationState::Committed,
                on_hand: -1,
                reserved: -1,
            }),
            Some(ReservationState::Committed | ReservationState::Closed) | None => None,
        }
    }

    /// `None` where `give_back` changes nothing. An order without a reservation is closed, too, against a late
    /// `reserve` call.
    pub fn give_back(state: Option<ReservationState>) -> Option<Self> {
        let (on_hand, reserved) = match state {
            None => (0, 0),
            Some(ReservationState::Reserved) => (0, -1),
            Some(ReservationState::Committed) => (1, 0),
            Some(ReservationState::Closed) => return None,
        };
        Some(Self {
            to: ReservationState::Closed,
            on_hand,
            reserved,
        })
    }

    /// What the change adds to the units that can be ordered: those on hand less those reserved.
    pub fn available(self) -> i64 {
        self.on_hand - self.reserved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReservationState::{Closed, Committed, Reserved};

    #[test]
    fn a_state_is_read_back_from_its_name() {
        assert_eq!(
            ReservationState::ALL.map(ReservationState::as_str),
            ["RESERVED", "COMMITTED", "CLOSED"]
        );
        for state in ReservationState::ALL {
            assert_eq!(ReservationState::parse(state.as_str()), Some(state));
        }
        assert_eq!(ReservationState::parse("closed"), None);
    }

    /// What three units do to (on hand, reserved, available) along a path of changes.
    fn counts(changes: &[Option<StockChange>]) -> (i64, i64, i64) {
        changes
            .iter()
            .flatten()
            .fold((0, 0, 0), |(on_hand, reserved, available), change| {
                (
                    on_hand + 3 * change.on_hand,
                    reserved + 3 * change.reserved,
                    available + 3 * change.available(),
                )
            })
    }

    #[test]
    fn giving_back_returns_exactly_what_was_taken() {
        let reserve = Some(StockChange::RESERVE);
        assert_eq!(counts(&[reserve]), (0, 3, -3));
        assert_eq!(counts(&[reserve, StockChange::give_back(Some(Reserved))]), (0, 0, 0));
        let commit = StockChange::commit(Some(Reserved));
        assert_eq!(counts(&[reserve, commit]), (-3, 0, -3), "sold is not available either");
        assert_eq!(
            counts(&[reserve, commit, StockChange::give_back(Some(Committed))]),
            (0, 0, 0)
        );
        assert_eq!(counts(&[StockChange::give_back(None)]), (0, 0, 0));
    }

    #[test]
    fn states_only_move_forward() {
        let to = |change: Option<StockChange>| change.map(|change| change.to);
        let states = [None, Some(Reserved), Some(Committed), Some(Closed)];
        assert_eq!(
            states.map(|state| to(StockChange::commit(state))),
            [None, Some(Committed), None, None]
        );
        assert_eq!(
            states.map(|state| to(StockChange::give_back(state))),
            [Some(Closed), Some(Closed), Some(Closed), None]
        );
        assert_eq!(StockChange::RESERVE.to, Reserved);
    }

    #[test]
    fn a_repeated_reserve_finds_its_units_unless_they_were_given_back() {
        assert_eq!(
            ReservationState::ALL.map(ReservationState::repeated_reserve),
            [Reservation::Reserved, Reservation::Reserved, Reservation::Closed]
        );
    }
}
