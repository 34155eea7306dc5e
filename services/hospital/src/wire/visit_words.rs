//! What somebody is to do next, in words: where, when, and why.

use chrono::{DateTime, Utc};
use citygate_kernel::{Locale, Text};

use crate::{
    actions::{StepView, TurnView, turn_number},
    model::{StepKind, StepState},
};

/// What a step asks for now; or why nothing is to be done yet.
pub(super) fn instruction(view: &StepView, now: DateTime<Utc>, locale: Locale) -> String {
    let text = match (view.step.state, &view.turn) {
        (StepState::Called, Some(turn)) => called(turn),
        (StepState::Queued, Some(turn)) => queued(turn, now),
        (StepState::Ready, _) => ready(view.step.key.kind),
        (StepState::Planned, _) => planned(view),
        (StepState::Called | StepState::Queued, None) => {
            Text::new("Please go there now.", "请前往办理。")
        }
        (StepState::Done, _) => Text::new("Done.", "已完成。"),
        (StepState::Skipped, _) => Text::new("Not needed any more.", "无需办理。"),
        (StepState::Missed, _) => Text::new(
            "The calls were missed. Please ask at the service desk.",
            "您已多次过号，请到服务台咨询。",
        ),
    };
    text.get(locale).to_owned()
}

fn called(turn: &TurnView) -> Text {
    let number = turn_number(&turn.queue.queue, &turn.entry);
    let place = &turn.queue.queue.terms.place;
    let room = turn.entry.room.as_deref();
    let (en, zh) = (room.map(|r| format!(", {r}")), room.map(|r| format!("，{r}")));
    Text::new(
        format!("Number {number} is called: {}{}.", place.en, en.unwrap_or_default()),
        format!("正在呼叫{number}号：{}{}。", place.zh, zh.unwrap_or_default()),
    )
}

fn queued(turn: &TurnView, now: DateTime<Utc>) -> Text {
    let number = turn_number(&turn.queue.queue, &turn.entry);
    let place = &turn.queue.queue.terms.place;
    let ahead = turn.ahead.unwrap_or_default();
    let (en, zh) = match turn.expected_at {
        Some(at) => {
            let minutes = ((at - now).num_seconds().max(0) + 59) / 60;
            match minutes {
                0 => ("any moment now".to_owned(), "随时可能".to_owned()),
                1 => ("in about a minute".to_owned(), "预计约1分钟后".to_owned()),
                _ => (format!("in about {minutes} minutes"), format!("预计约{minutes}分钟后")),
            }
        }
        None => ("as soon as a room opens".to_owned(), "开诊后".to_owned()),
    };
    Text::new(
        format!("Wait at {}: number {number}, {ahead} before you, {en}.", place.en),
        format!("请在{}候诊：{number}号，前面{ahead}人，{zh}就诊。", place.zh),
    )
}

fn ready(kind: StepKind) -> Text {
    match kind {
        StepKind::Pay => Text::new(
            "Pay in the app, at a machine or at a counter.",
            "请在线上、自助机或窗口缴费。",
        ),
        StepKind::Result => {
            Text::new("It is being worked on; nothing to do.", "结果正在出具，请稍候。")
        }
        StepKind::Consult
        | StepKind::ReturnConsult
        | StepKind::Laboratory
        | StepKind::Imaging
        | StepKind::Pharmacy => Text::new(
            "You get a number as soon as the station opens.",
            "窗口开放后将自动为您取号。",
        ),
    }
}

/// Names what comes before.
fn planned(view: &StepView) -> Text {
    let mut kinds: Vec<StepKind> = view.needs.iter().map(|key| key.kind).collect();
    kinds.dedup();
    let names: Vec<Text> = kinds.into_iter().map(StepKind::name).collect();
    let all = |words: fn(&Text) -> &str, between| {
        names.iter().map(words).collect::<Vec<_>>().join(between)
    };
    Text::new(
        format!("After: {}.", all(|name| &name.en, ", ")),
        format!("须先完成：{}。", all(|name| &name.zh, "、")),
    )
}
