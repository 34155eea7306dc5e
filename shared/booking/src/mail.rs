//! The letters that booking writes.

mod strike;

use citygate_kernel::Locale;
use citygate_notify::Mail;

use crate::{actions::AppointmentView, model::AppointmentState};

pub(crate) use self::strike::decision;

/// What somebody is told of an appointment as it stands.
pub(crate) fn letter(view: &AppointmentView, locale: Locale) -> Mail {
    let AppointmentView { appointment, conditions, city } = view;
    let session = &conditions.session;
    let local = |at: chrono::DateTime<chrono::Utc>| {
        at.with_timezone(&city.time_zone).format("%Y-%m-%d %H:%M").to_string()
    };
    let (title, place) = (session.title.get(locale), session.place.get(locale));
    let when = local(appointment.starts_at);
    let facts = match locale {
        Locale::En => format!(
            "What        {title}\nWhen        {when}\nWhere       {place}\nNumber      {}\n",
            appointment.id
        ),
        Locale::ZhCn => format!(
            "项　　目：{title}\n时　　间：{when}\n地　　点：{place}\n预 约 号：{}\n",
            appointment.id
        ),
    };
    let until = local(conditions.cancel_until(appointment.starts_at, city));
    let pay_by = appointment.held_until.map(local).unwrap_or_default();
    let reason = appointment.cancel_reason.as_deref().unwrap_or_default();
    let (subject, end) = match (appointment.state, locale) {
        (AppointmentState::Held, Locale::En) => (
            "A place is held for you".to_owned(),
            format!(
                "\nIt is yours once its fee is paid, until {pay_by}. After that the next has it.\n"
            ),
        ),
        (AppointmentState::Held, Locale::ZhCn) => (
            "已为您预留号源".to_owned(),
            format!("\n请于 {pay_by} 前支付费用，逾期号源将让给下一位。\n"),
        ),
        (AppointmentState::Cancelled, Locale::En) => (
            "Your appointment was cancelled".to_owned(),
            format!(
                "\nReason: {reason}\nWhat you paid goes back in full, and this is never held against you.\n"
            ),
        ),
        (AppointmentState::Cancelled, Locale::ZhCn) => (
            "您的预约已被取消".to_owned(),
            format!("\n原因：{reason}\n已付费用将全额退回，且不计入您的失约记录。\n"),
        ),
        (AppointmentState::NoShow, Locale::En) => (
            "You did not come to your appointment".to_owned(),
            "\nThe app shows what was recorded, until when it counts, and how to object.\n"
                .to_owned(),
        ),
        (AppointmentState::NoShow, Locale::ZhCn) => (
            "您未按预约时间到场".to_owned(),
            "\n可在应用中查看记录、有效期及异议方式。\n".to_owned(),
        ),
        (_, Locale::En) => (
            "Your appointment is confirmed".to_owned(),
            format!("\nIt can be given up until {until}; what you paid goes back in full.\n"),
        ),
        (_, Locale::ZhCn) => (
            "预约成功".to_owned(),
            format!("\n如需取消，请于 {until} 前办理，已付费用全额退回。\n"),
        ),
    };
    Mail { subject, text: facts + &end }
}
