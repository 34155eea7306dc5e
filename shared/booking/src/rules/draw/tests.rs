use proptest::prelude::*;

use super::*;

fn ticket(number: u128) -> Uuid {
    Uuid::from_u128(0x0199_9999_0000_7000_8000_0000_0000_0000 + number)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a program in another language made of the description above.
#[test]
fn the_outcome_is_what_others_compute() {
    let counting: [u8; 32] = std::array::from_fn(|n| u8::try_from(n).unwrap());
    let five = "035d2bf908a6e2b8c8a680c9dfff3b23e338cf2313163865e038ba8cc69b22e9";
    for (seed, tickets, commitment_of_it, digest, order) in [
        (
            counting,
            0,
            "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            &[][..],
        ),
        (
            counting,
            1,
            "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd",
            "b384cd61a2ccf70c48a11a284c88f121517b6bc5bb33a788870873227aee955a",
            &[1],
        ),
        (
            counting,
            5,
            "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd",
            five,
            &[3, 5, 2, 4, 1],
        ),
        (
            [0xff; 32],
            5,
            "af9613760f72635fbdb44a5a0a63c39f12af30f950a6ee5c971be188e89c4051",
            five,
            &[4, 5, 3, 1, 2],
        ),
    ] {
        let tickets: Vec<_> = (1..=tickets).rev().map(ticket).collect();
        let drawn = draw(&seed, &tickets);
        assert_eq!(hex(&commitment(&seed)), commitment_of_it);
        assert_eq!(hex(&drawn.entries_digest), digest);
        assert_eq!(drawn.order, order.iter().copied().map(ticket).collect::<Vec<_>>());
    }
}

/// Eight tickets, 8,000 draws: each ticket comes to each place as often as any other. Chi-square
/// with 49 degrees of freedom is above 85.4 once in a thousand; the seeds are fixed.
#[test]
fn no_ticket_is_luckier_than_another() {
    let tickets: Vec<_> = (1..=8).map(ticket).collect();
    let mut counts = [[0_u32; 8]; 8];
    for number in 0..8_000_u64 {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&number.to_be_bytes());
        for (place, drawn) in draw(&seed, &tickets).order.iter().enumerate() {
            counts[place][tickets.iter().position(|one| one == drawn).unwrap()] += 1;
        }
    }
    let expected = 1_000.0;
    let chi_square: f64 =
        counts.iter().flatten().map(|n| (f64::from(*n) - expected).powi(2) / expected).sum();
    assert!(chi_square < 85.4, "{chi_square}");
}

proptest! {
    #[test]
    fn everybody_is_drawn_once_in_whatever_order_they_came(
        seed in any::<[u8; 32]>(), numbers in prop::collection::btree_set(any::<u128>(), 0..50)
    ) {
        let mut tickets: Vec<_> = numbers.into_iter().map(Uuid::from_u128).collect();
        let drawn = draw(&seed, &tickets);
        tickets.reverse();
        prop_assert_eq!(&draw(&seed, &tickets), &drawn);
        let mut order = drawn.order;
        order.sort_unstable();
        tickets.sort_unstable();
        prop_assert_eq!(order, tickets);
    }

    /// One more entry changes the digest, so nobody can be added or left out afterwards.
    #[test]
    fn the_digest_tells_who_took_part(numbers in prop::collection::btree_set(any::<u128>(), 1..50)) {
        let tickets: Vec<_> = numbers.into_iter().map(Uuid::from_u128).collect();
        let digest = |tickets: &[Uuid]| draw(&[7; 32], tickets).entries_digest;
        prop_assert_ne!(digest(&tickets), digest(&tickets[1..]));
    }
}
