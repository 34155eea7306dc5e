//! The letters and short messages that identity writes.

use citygate_kernel::{Locale, Money, Text};
use citygate_notify::Mail;

use crate::{
    actions::Notice,
    model::{StaffRole, StepUpPurpose},
    rules::{Channel, Purpose, STEP_UP_CODE_LIFE, staff::INVITATION_LIFE},
};

/// The letter with a one-time code. Nothing in it says whether the address has an account.
pub(crate) fn one_time_code(code: &str, locale: Locale) -> Mail {
    let minutes = Channel::Mail.code_life().num_minutes();
    match locale {
        Locale::En => Mail {
            subject: "Your Citygate code".to_owned(),
            text: format!(
                "Your code to sign in is {code}\n\nIt works once, for {minutes} minutes. \
                 If you did not ask for it, nothing happens; tell it to nobody.\n"
            ),
        },
        Locale::ZhCn => Mail {
            subject: "城市服务登录验证码".to_owned(),
            text: format!(
                "您的登录验证码为 {code}\n\n验证码 {minutes} 分钟内有效，仅可使用一次。\
                 如非本人操作请忽略，切勿告知他人。\n"
            ),
        },
    }
}

/// The letter with a code for one sensitive thing. It says what for, and how much.
pub(crate) fn step_up_code(
    code: &str,
    purpose: StepUpPurpose,
    amount: Option<Money>,
    locale: Locale,
) -> Mail {
    let (minutes, text) = (STEP_UP_CODE_LIFE.num_minutes(), purpose.text());
    let text = text.get(locale);
    match locale {
        Locale::En => {
            let amount = amount.map(|amount| format!(" of {amount}")).unwrap_or_default();
            Mail {
                subject: "Your Citygate code".to_owned(),
                text: format!(
                    "Your code to {text}{amount} is {code}\n\nIt works once, for {minutes} \
                     minutes, and for nothing else. If this was not you, tell it to nobody, and \
                     end your sessions.\n"
                ),
            }
        }
        Locale::ZhCn => {
            let amount = amount.map(|amount| format!("（金额 {amount}）")).unwrap_or_default();
            Mail {
                subject: "城市服务身份核验验证码".to_owned(),
                text: format!(
                    "您的身份核验验证码为 {code}，用于{text}{amount}\n\n验证码 {minutes} 分钟内有效，\
                     仅可使用一次，不得用于其他事项。如非本人操作，切勿告知他人，并请退出其他登录设备。\n"
                ),
            }
        }
    }
}

/// The short message with a one-time code. It says what the code is for.
pub(crate) fn sms_code(code: &str, purpose: Purpose, locale: Locale) -> String {
    let minutes = Channel::Sms.code_life().num_minutes();
    match (locale, purpose) {
        (Locale::En, Purpose::SignIn) => format!(
            "{code} is your Citygate code to sign in. It works for {minutes} minutes. Tell it to \
             nobody."
        ),
        (Locale::En, Purpose::AddPhone) => format!(
            "{code} is your Citygate code to add this number to your account. It works for \
             {minutes} minutes. Tell it to nobody."
        ),
        (Locale::ZhCn, Purpose::SignIn) => {
            format!("【城市服务】登录验证码 {code}，{minutes} 分钟内有效，切勿告知他人。")
        }
        (Locale::ZhCn, Purpose::AddPhone) => {
            format!("【城市服务】绑定手机验证码 {code}，{minutes} 分钟内有效，切勿告知他人。")
        }
    }
}

/// The letter that says how the way into an account has changed.
pub(crate) fn notice(notice: Notice, locale: Locale) -> Mail {
    let (en, zh) = match notice {
        Notice::PhoneSet => {
            ("A telephone number was added to your account.", "您的账号已绑定新的手机号码。")
        }
        Notice::PhoneRemoved => {
            ("The telephone number was removed from your account.", "您的账号已解绑手机号码。")
        }
        Notice::PhoneTaken => (
            "The telephone number was removed from your account: somebody has proven that it is \
             theirs now.",
            "您的账号已解绑手机号码：该号码已由他人验证并绑定至其账号。",
        ),
        Notice::PasswordSet => {
            ("The password of your account was set or changed.", "您的账号已设置或修改登录密码。")
        }
        Notice::PasswordRemoved => {
            ("The password was removed from your account.", "您的账号已删除登录密码。")
        }
        Notice::PasskeyAdded => {
            ("A passkey was added to your account.", "您的账号已添加通行密钥。")
        }
        Notice::PasskeyRemoved => {
            ("A passkey was removed from your account.", "您的账号已删除通行密钥。")
        }
    };
    match locale {
        Locale::En => Mail {
            subject: "The way into your Citygate account has changed".to_owned(),
            text: format!(
                "{en}\n\nIf that was not you, sign in, end all other sessions and take back the \
                 change at once.\n"
            ),
        },
        Locale::ZhCn => Mail {
            subject: "城市服务账号登录方式变更提醒".to_owned(),
            text: format!("{zh}\n\n如非本人操作，请立即登录，退出其他设备并撤销该变更。\n"),
        },
    }
}

/// The letter that invites somebody to act for an agency.
pub(crate) fn staff_invitation(agency: &Text, role: StaffRole, code: &str, locale: Locale) -> Mail {
    let (agency, days) = (agency.get(locale), INVITATION_LIFE.num_days());
    match locale {
        Locale::En => {
            let role = match role {
                StaffRole::Admin => "an admin",
                StaffRole::Clerk => "a clerk",
                StaffRole::Clinician => "a clinician",
                StaffRole::Registrar => "a registrar",
                StaffRole::Editor => "an editor",
            };
            Mail {
                subject: format!("{agency} invites you"),
                text: format!(
                    "{agency} invites you to act for it in Citygate as {role}.\n\n\
                     Sign in with this mail address and enter this code:\n\n{code}\n\n\
                     It works once, for {days} days, and for nobody else. If you did not expect \
                     it, nothing happens.\n"
                ),
            }
        }
        Locale::ZhCn => {
            let role = match role {
                StaffRole::Admin => "管理员",
                StaffRole::Clerk => "经办人员",
                StaffRole::Clinician => "临床医务人员",
                StaffRole::Registrar => "婚姻登记员",
                StaffRole::Editor => "事项编辑人员",
            };
            Mail {
                subject: format!("{agency}邀请您加入"),
                text: format!(
                    "{agency}邀请您以{role}身份使用城市服务平台。\n\n\
                     请使用本邮箱登录，并输入以下邀请码：\n\n{code}\n\n\
                     邀请码 {days} 天内有效，仅可使用一次，且仅限本邮箱账号使用。如非预期请忽略。\n"
                ),
            }
        }
    }
}
