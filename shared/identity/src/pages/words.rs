//! What the pages say, in both languages.

use actix_web::http::StatusCode;
use citygate_kernel::Locale;

/// A sentence in both languages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said {
    en: &'static str,
    zh: &'static str,
}

impl Said {
    const fn new(en: &'static str, zh: &'static str) -> Self {
        Self { en, zh }
    }

    /// The version for a reader.
    pub(crate) fn get(self, locale: Locale) -> &'static str {
        match locale {
            Locale::En => self.en,
            Locale::ZhCn => self.zh,
        }
    }
}

pub(super) const CITYGATE: Said = Said::new("Citygate", "城市通");
pub(super) const SIGN_IN: Said = Said::new("Sign in", "登录");
pub(super) const SIGN_IN_TO: Said = Said::new("Sign in to", "登录到");
pub(super) const CONTINUE_TO: Said = Said::new("Continue to", "继续前往");
pub(super) const ADDRESS: Said = Said::new("Mail address or mobile number", "邮箱地址或手机号码");
pub(super) const SEND_CODE: Said = Said::new("Send me a code", "发送验证码");
pub(super) const USE_PASSKEY: Said = Said::new("Use a passkey", "使用通行密钥登录");
pub(super) const FIRST_TIME: Said = Said::new(
    "New here? Signing in for the first time opens your account.",
    "首次登录将自动为您开通账号。",
);
pub(super) const CODE_SENT: Said =
    Said::new("We have sent a code of six digits to", "六位验证码已发送至");
pub(super) const CODE: Said = Said::new("Code", "验证码");
pub(super) const ANOTHER_CODE: Said = Said::new("Send another code", "重新发送验证码");
pub(super) const CONSENT: Said = Said::new("Allow", "授权");
pub(super) const SIGNED_IN_AS: Said = Said::new("You are signed in as", "当前登录账号：");
pub(super) const WANTS_TO: Said = Said::new("It asks to:", "该应用申请以下权限：");
pub(super) const ALLOW: Said = Said::new("Continue", "同意并继续");
pub(super) const DENY: Said = Said::new("Do not allow", "拒绝");
pub(super) const SWITCH: Said = Said::new("Use another account", "使用其他账号");
pub(super) const GOES_TO: Said = Said::new("You will go back to", "完成后将返回");
pub(super) const SIGN_OUT: Said = Said::new("Sign out", "退出登录");
pub(super) const SIGN_OUT_QUESTION: Said =
    Said::new("Do you want to sign out?", "确定要退出登录吗？");
pub(super) const SIGNED_OUT: Said = Said::new("You are signed out", "您已退出登录");
pub(super) const CLOSE_PAGE: Said = Said::new("You can close this page.", "您可以关闭此页面。");
pub(super) const DEAD_END: Said = Said::new("This cannot go on", "无法继续");
pub(super) const BACK_TO_APP: Said =
    Said::new("Please go back to where you came from and try again.", "请返回原应用或网站后重试。");

/// What a page has to say besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notice {
    AddressRefused,
    CodeRefused,
    CodeTooSoon,
    PasskeyRefused,
    NoClient,
    CrossSite,
    Malformed,
}

impl Notice {
    /// The status of a page that says so.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::NoClient | Self::Malformed => StatusCode::BAD_REQUEST,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::AddressRefused | Self::CodeRefused | Self::PasskeyRefused => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::CodeTooSoon => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

/// The sentence of a notice.
pub(crate) fn about(notice: Notice) -> Said {
    match notice {
        Notice::AddressRefused => Said::new(
            "Please check the address. A mobile number begins with + and its country code.",
            "请检查输入是否正确。手机号码请以“+”和国家代码开头。",
        ),
        Notice::CodeRefused => {
            Said::new("The code is wrong or no longer valid.", "验证码错误或已失效。")
        }
        Notice::CodeTooSoon => Said::new(
            "A code was sent recently. Please use it, or wait before asking for another.",
            "验证码刚刚发送过，请使用该验证码或稍后再试。",
        ),
        Notice::PasskeyRefused => Said::new(
            "The passkey is not valid here, or its answer came too late.",
            "通行密钥无效或已超时，请重试。",
        ),
        Notice::NoClient => Said::new(
            "The app or website that sent you here is unknown, or its request has expired.",
            "将您带到此页面的应用或网站未登记，或其请求已过期。",
        ),
        Notice::CrossSite => {
            Said::new("The form was sent by another website.", "该表单由其他网站提交。")
        }
        Notice::Malformed => Said::new("The request is malformed.", "请求格式有误。"),
    }
}
