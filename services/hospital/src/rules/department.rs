//! The tree of departments.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use citygate_booking::NextFree;

use crate::model::{Department, DepartmentId};

/// Departments below one another; nobody finds a clinic that lies deeper.
pub(crate) const DEEPEST: usize = 4;

/// Why a department cannot belong to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TreeFault {
    /// It would belong to itself.
    Circle,
    /// It or what belongs to it would lie too deep.
    TooDeep,
}

/// Whether a department with all that belongs to it can be put under another.
pub(crate) fn under(
    all: &[Department],
    department: DepartmentId,
    parent: Option<DepartmentId>,
) -> Result<(), TreeFault> {
    let parents: BTreeMap<_, _> = all.iter().map(|one| (one.id, one.part_of)).collect();
    let mut above = parent;
    let mut depth = 1;
    while let Some(id) = above {
        if id == department {
            return Err(TreeFault::Circle);
        }
        depth += 1;
        if depth > DEEPEST {
            return Err(TreeFault::TooDeep);
        }
        above = parents.get(&id).copied().flatten();
    }
    let mut layer = BTreeSet::from([department]);
    loop {
        let below = |one: &&Department| one.part_of.is_some_and(|id| layer.contains(&id));
        layer = all.iter().filter(below).map(|one| one.id).collect();
        if layer.is_empty() {
            return Ok(());
        }
        depth += 1;
        if depth > DEEPEST {
            return Err(TreeFault::TooDeep);
        }
    }
}

/// A department and all that belongs to it.
pub(crate) fn within(all: &[Department], top: DepartmentId) -> BTreeSet<DepartmentId> {
    let mut found = BTreeSet::from([top]);
    for _ in 1..DEEPEST {
        let below = |one: &&Department| one.part_of.is_some_and(|id| found.contains(&id));
        let below: Vec<_> = all.iter().filter(below).map(|one| one.id).collect();
        found.extend(below);
    }
    found
}

/// A department in its place in the tree.
#[derive(Debug)]
pub(crate) struct Branch {
    pub department: Department,
    /// From 1 at the top.
    pub depth: usize,
    /// The earliest free place in it or in what belongs to it.
    pub next_free: Option<DateTime<Utc>>,
}

/// The departments that people can see, each before those that belong to it, else in the order of
/// their numbers. What belongs to a hidden one is hidden with it.
pub(crate) fn tree(all: Vec<Department>, free: &[NextFree]) -> Vec<Branch> {
    let mut places: BTreeMap<DepartmentId, DateTime<Utc>> = BTreeMap::new();
    let parents: BTreeMap<_, _> = all.iter().map(|one| (one.id, one.part_of)).collect();
    for one in free {
        let mut at = Some(DepartmentId::from_parts(one.agency.city(), one.unit));
        for _ in 0..DEEPEST {
            let Some(id) = at else { break };
            let earliest = places.entry(id).or_insert(one.starts_at);
            *earliest = one.starts_at.min(*earliest);
            at = parents.get(&id).copied().flatten();
        }
    }
    let mut below: BTreeMap<Option<DepartmentId>, Vec<Department>> = BTreeMap::new();
    for department in all.into_iter().filter(|one| one.active) {
        below.entry(department.part_of).or_default().push(department);
    }
    for siblings in below.values_mut() {
        siblings.sort_by(|a, b| b.number.cmp(&a.number));
    }
    let top = below.remove(&None).unwrap_or_default();
    let mut open: Vec<_> = top.into_iter().map(|one| (1, one)).collect();
    let mut branches = Vec::new();
    while let Some((depth, department)) = open.pop() {
        let within = below.remove(&Some(department.id)).unwrap_or_default();
        open.extend(within.into_iter().map(|one| (depth + 1, one)));
        let next_free = places.get(&department.id).copied();
        branches.push(Branch { department, depth, next_free });
    }
    branches
}

#[cfg(test)]
mod tests {
    use citygate_catalogue::AgencyId;
    use citygate_kernel::{CityCode, Text};
    use uuid::Uuid;

    use super::*;
    use crate::model::LocationId;

    const CITY: CityCode = CityCode::HANGZHOU;

    fn id(n: u128) -> DepartmentId {
        DepartmentId::from_parts(CITY, Uuid::from_u128(n))
    }

    fn department(n: u128, part_of: Option<u128>) -> Department {
        Department {
            id: id(n),
            agency: AgencyId::from_parts(CITY, Uuid::nil()),
            number: format!("{n:02}").parse().unwrap(),
            part_of: part_of.map(id),
            specialty: "03".parse().unwrap(),
            name: Text::new("", ""),
            location: LocationId::from_parts(CITY, Uuid::nil()),
            active: true,
        }
    }

    /// 1 > 2 > 3, 1 > 4, and 5 > 6.
    fn forest() -> Vec<Department> {
        [(1, None), (2, Some(1)), (3, Some(2)), (4, Some(1)), (5, None), (6, Some(5))]
            .map(|(n, part_of)| department(n, part_of))
            .into()
    }

    #[test]
    fn no_department_belongs_to_itself_or_lies_too_deep() {
        for (moved, parent, expected) in [
            (7, None, Ok(())),
            (7, Some(3), Ok(())),
            (1, Some(3), Err(TreeFault::Circle)),
            (1, Some(1), Err(TreeFault::Circle)),
            (2, Some(6), Ok(())),
            (5, Some(2), Ok(())),
            (5, Some(3), Err(TreeFault::TooDeep)),
            (1, Some(5), Ok(())),
            (1, Some(6), Err(TreeFault::TooDeep)),
        ] {
            assert_eq!(under(&forest(), id(moved), parent.map(id)), expected, "{moved} {parent:?}");
        }
    }

    #[test]
    fn parents_stand_before_their_parts_and_are_free_when_one_of_them_is() {
        let at = |hour: u32| format!("2026-11-24T{hour:02}:00:00Z").parse().unwrap();
        let free = |n, hour| NextFree {
            unit: Uuid::from_u128(n),
            provider: None,
            agency: AgencyId::from_parts(CITY, Uuid::nil()),
            starts_at: at(hour),
        };
        let mut departments = forest();
        departments.reverse();
        let branches = tree(departments, &[free(3, 3), free(4, 2), free(2, 5)]);
        let found: Vec<_> = branches
            .iter()
            .map(|branch| (branch.department.id, branch.depth, branch.next_free))
            .collect();
        let expected = [
            (id(1), 1, Some(at(2))),
            (id(2), 2, Some(at(3))),
            (id(3), 3, Some(at(3))),
            (id(4), 2, Some(at(2))),
            (id(5), 1, None),
            (id(6), 2, None),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_department_is_what_belongs_to_it() {
        for (top, expected) in [(1, vec![1, 2, 3, 4]), (2, vec![2, 3]), (6, vec![6])] {
            let expected = expected.into_iter().map(id).collect();
            assert_eq!(within(&forest(), id(top)), expected, "{top}");
        }
    }

    #[test]
    fn what_belongs_to_a_hidden_department_is_hidden() {
        let mut departments = forest();
        departments[0].active = false;
        let branches = tree(departments, &[]);
        let found: Vec<_> = branches.iter().map(|branch| branch.department.id).collect();
        assert_eq!(found, [id(5), id(6)]);
    }
}
