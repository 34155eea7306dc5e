//! How long an agency has, and how long its time stands still.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_calendar::{DateOutOfRange, Deadline, HolidayCalendar, Pause};
use citygate_catalogue::City;
use citygate_listings::{ApplicationSpec, TimeLimit};

use crate::model::{ApplicationEvent, Line, Running};

/// When an agency's time is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clocks {
    /// For all of it, where the listing names a limit.
    pub overall: Option<Deadline>,
    /// For the next step; none when all are finished.
    pub step: Option<Deadline>,
}

impl Clocks {
    /// The earlier of the two ends.
    pub(crate) fn act_by(&self, city: &City) -> Option<DateTime<Utc>> {
        let ends = [&self.overall, &self.step].into_iter().flatten();
        ends.map(|deadline| deadline.ends_at(city.time_zone)).min()
    }
}

/// The days on which an agency waited for the applicant. The day on which it asked is its own, and so
/// is every day after the one on which the answer came; what it still waits for goes on until today.
pub(crate) fn pauses(history: &[Line], city: &City, today: NaiveDate) -> Vec<Pause> {
    let mut pauses: Vec<Pause> = Vec::new();
    let mut asked: Option<NaiveDate> = None;
    let mut pause = |asked: NaiveDate, until| {
        pauses.extend(asked.succ_opt().map(|from| Pause { from, until }));
    };
    for line in history {
        match line.event {
            ApplicationEvent::Ask => asked = Some(city.date(line.at)),
            _ => {
                if let Some(on) = asked.take() {
                    pause(on, city.date(line.at));
                }
            }
        }
    }
    if let Some(on) = asked {
        pause(on, today);
    }
    pauses
}

/// Counts an agency's time, as far as it has come.
pub(crate) fn clocks(
    (spec, limit): (&ApplicationSpec, Option<&TimeLimit>),
    (running, steps_done): (Running, usize),
    pauses: &[Pause],
    calendar: &HolidayCalendar,
) -> Result<Clocks, DateOutOfRange> {
    let overall = limit
        .map(|limit| Deadline::count(running.started_on, limit.period, pauses, calendar))
        .transpose()?;
    let step = spec
        .steps
        .get(steps_done)
        .map(|step| Deadline::count(running.step_from, step.period, pauses, calendar))
        .transpose()?;
    Ok(Clocks { overall, step })
}

#[cfg(test)]
mod tests {
    use citygate_calendar::{DayKind, Period, Roll, china};
    use citygate_kernel::{CityCode, Text};
    use citygate_listings::Citation;

    use super::*;
    use crate::model::ApplicationState;

    fn on(day: &str) -> NaiveDate {
        day.parse().unwrap()
    }

    fn hangzhou() -> City {
        City {
            code: CityCode::HANGZHOU,
            name: Text::new("Hangzhou", "杭州市"),
            time_zone: "Asia/Shanghai".parse().unwrap(),
            sandbox: false,
        }
    }

    fn line(event: ApplicationEvent, at: &str) -> Line {
        let (state, at) = (ApplicationState::InProgress, at.parse().unwrap());
        Line { event, state, step: None, said: None, at, staff: None }
    }

    /// A limit of five working days, and two steps of two and three.
    fn listing() -> (ApplicationSpec, TimeLimit) {
        let period = |length_days| Period {
            length_days,
            day_kind: DayKind::Working,
            roll: Roll::NextWorkingDay,
        };
        let spec = serde_json::json!({
            "form": {"type": "object"},
            "labels": {},
            "steps": [
                {"code": "look", "name": {"en": "Look", "zh": "看"}, "period": period(2)},
                {"code": "make", "name": {"en": "Make", "zh": "做"}, "period": period(3)}
            ],
            "refusals": [],
            "delivery": ["counter"],
            "supplement_within": period(5),
        });
        let title = Text::new("Law, article 1", "《法》第一条");
        let limit = TimeLimit { period: period(5), citation: Citation { title, url: None } };
        (serde_json::from_value(spec).unwrap(), limit)
    }

    fn counted(history: &[Line], steps_done: usize, step_from: &str) -> (String, String) {
        let calendar = HolidayCalendar::new(china::holidays(), china::KNOWN_UNTIL);
        let (spec, limit) = listing();
        let running = Running { started_on: on("2026-11-23"), step_from: on(step_from) };
        let pauses = pauses(history, &hangzhou(), on("2026-12-01"));
        let clocks = clocks((&spec, Some(&limit)), (running, steps_done), &pauses, &calendar);
        let clocks = clocks.unwrap();
        let day = |deadline: Option<Deadline>| {
            deadline.map_or_else(String::new, |deadline| deadline.due_on().to_string())
        };
        (day(clocks.overall), day(clocks.step))
    }

    #[test]
    fn a_supplement_stops_the_clock_from_the_day_after_the_question_to_the_day_of_the_answer() {
        use ApplicationEvent::{Ask, Pay, Supply};

        let days = |overall: &str, step: &str| (overall.to_owned(), step.to_owned());
        let paid = line(Pay, "2026-11-23T01:00:00Z");
        // Monday: Tuesday is the first day.
        assert_eq!(
            counted(std::slice::from_ref(&paid), 0, "2026-11-23"),
            days("2026-11-30", "2026-11-25")
        );
        // Asked on Tuesday, supplied on Thursday: Wednesday and Thursday are left out.
        let asked = line(Ask, "2026-11-24T09:00:00Z");
        let history = [paid.clone(), asked.clone(), line(Supply, "2026-11-26T02:00:00Z")];
        assert_eq!(counted(&history, 0, "2026-11-23"), days("2026-12-02", "2026-11-27"));
        assert_eq!(counted(&history, 1, "2026-11-27"), days("2026-12-02", "2026-12-02"));
        assert_eq!(counted(&history, 2, "2026-11-27"), days("2026-12-02", ""));
        // Supplied on the same day: nothing is left out.
        let history = [paid.clone(), asked.clone(), line(Supply, "2026-11-24T10:00:00Z")];
        assert_eq!(counted(&history, 0, "2026-11-23").0, "2026-11-30");
        // Not supplied yet: until today, Tuesday in a week, five days are left out.
        assert_eq!(counted(&[paid, asked], 0, "2026-11-23").0, "2026-12-07");
    }
}
