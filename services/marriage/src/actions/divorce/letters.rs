//! What the two are told of their divorce. No letter names anybody or says what it is about: others
//! may look over a shoulder, and an address may be wrong.

use citygate_identity::contact;
use citygate_kernel::Text;
use citygate_notify::{Mail, send_mail};
use citygate_platform::{Cx, db::Tx};

use crate::{error::Error, model::Couple};

/// A registrar has entered it.
pub(super) async fn entered(cx: &Cx, tx: &mut Tx<'_>, couple: &Couple) -> Result<(), Error> {
    let subject = Text::new("Something waits for your signature", "您有一项申请待签署");
    let text = Text::new(
        "A registry has entered what you apply for. Sign it in the app today; tomorrow it is void. If you \
         do not want it, do nothing, or withdraw it in the app.\n",
        "登记机关已录入您的申请，请于今日在应用中签署，逾期作废。如非本人意愿，可不予签署或在应用中撤回。\n",
    );
    tell(cx, tx, couple, &subject, &text).await
}

/// Both have applied.
pub(super) async fn received(cx: &Cx, tx: &mut Tx<'_>, couple: &Couple) -> Result<(), Error> {
    let subject = Text::new("Your application was received", "您的申请已受理");
    let text = Text::new(
        "Either of you can withdraw it for thirty days. The app shows the days, and what comes then.\n",
        "三十日内任何一方均可撤回。具体期限及后续事项请在应用中查看。\n",
    );
    tell(cx, tx, couple, &subject, &text).await
}

/// One of them has withdrawn.
pub(super) async fn withdrawn(cx: &Cx, tx: &mut Tx<'_>, couple: &Couple) -> Result<(), Error> {
    let subject = Text::new("An application of yours was withdrawn", "您的一项申请已撤回");
    let text = Text::new(
        "It has ended, and nothing has changed. The app shows more.\n",
        "该申请已终止，现状不变。详情请在应用中查看。\n",
    );
    tell(cx, tx, couple, &subject, &text).await
}

/// Both may come.
pub(super) async fn certifiable(cx: &Cx, tx: &mut Tx<'_>, couple: &Couple) -> Result<(), Error> {
    let subject = Text::new("You can come to the registry now", "您现在可以到登记机关办理");
    let text = Text::new(
        "Both of you have to come in person. The app shows until when; after that the application counts \
         as withdrawn.\n",
        "须双方亲自到场办理。截止日期请在应用中查看，逾期未办理的视为撤回申请。\n",
    );
    tell(cx, tx, couple, &subject, &text).await
}

/// Its time is over.
pub(super) async fn lapsed(cx: &Cx, tx: &mut Tx<'_>, couple: &Couple) -> Result<(), Error> {
    let subject = Text::new("An application of yours has ended", "您的一项申请已终止");
    let text =
        Text::new("Its time is over, and nothing has changed.\n", "申请已逾期终止，现状不变。\n");
    tell(cx, tx, couple, &subject, &text).await
}

/// It is done.
pub(super) async fn registered(cx: &Cx, tx: &mut Tx<'_>, couple: &Couple) -> Result<(), Error> {
    let subject = Text::new("A certificate was issued to you", "已向您出具一份证明");
    let text = Text::new("You can read it in the app.\n", "可在应用中查看。\n");
    tell(cx, tx, couple, &subject, &text).await
}

async fn tell(
    cx: &Cx,
    tx: &mut Tx<'_>,
    couple: &Couple,
    subject: &Text,
    text: &Text,
) -> Result<(), Error> {
    for person in couple.people() {
        let Some(to) = contact(&cx.keys, tx, person).await? else { continue };
        let (subject, text) = (subject.get(to.locale), text.get(to.locale));
        let letter = Mail { subject: subject.to_owned(), text: text.to_owned() };
        send_mail(&cx.keys, tx, &to.email, &letter).await?;
    }
    Ok(())
}
