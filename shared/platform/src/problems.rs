//! What can go wrong before a service is asked: one row per fact.

use citygate_kernel::ProblemType;

/// Every problem of this crate.
pub const ALL: &[&ProblemType] = &[
    &MALFORMED_JSON,
    &INVALID_BODY,
    &INVALID_PARAMETER,
    &BODY_TOO_LARGE,
    &BODY_TOO_SLOW,
    &UNSUPPORTED_MEDIA_TYPE,
    &NOT_FOUND,
    &METHOD_NOT_ALLOWED,
    &RATE_LIMITED,
    &IDEMPOTENCY_KEY_REQUIRED,
    &IDEMPOTENCY_KEY_REUSED,
    &REQUEST_IN_PROGRESS,
    &BUSY,
    &UNAVAILABLE,
    &TIMEOUT,
    &INTERNAL,
];

/// The body is not JSON at all.
pub const MALFORMED_JSON: ProblemType = ProblemType::new(
    "request.malformed_json",
    400,
    "The body is not well-formed JSON",
    "请求体不是合法的 JSON",
);

/// The body is JSON of another shape: a wrong type, a missing or unknown member.
pub const INVALID_BODY: ProblemType = ProblemType::new(
    "request.invalid_body",
    400,
    "The body does not have the documented shape",
    "请求体与接口文档不符",
);

/// A path, query or header value of the wrong form.
pub const INVALID_PARAMETER: ProblemType = ProblemType::new(
    "request.invalid_parameter",
    400,
    "A parameter does not have the documented form",
    "请求参数与接口文档不符",
);

/// More bytes than the operation takes.
pub const BODY_TOO_LARGE: ProblemType = ProblemType::new(
    "request.body_too_large",
    413,
    "The body is larger than this service accepts",
    "请求体超过允许的大小",
);

/// The body did not arrive in time.
pub const BODY_TOO_SLOW: ProblemType = ProblemType::new(
    "request.body_too_slow",
    408,
    "The body did not arrive in time",
    "请求体未在规定时间内到达",
)
.passing();

/// Not `application/json`.
pub const UNSUPPORTED_MEDIA_TYPE: ProblemType = ProblemType::new(
    "request.unsupported_media_type",
    415,
    "The body is of a media type that this operation does not take",
    "不支持的请求体类型",
);

/// No such path; also the answer for things that are not the caller's.
pub const NOT_FOUND: ProblemType =
    ProblemType::new("request.not_found", 404, "There is nothing here", "未找到所请求的内容");

/// The path exists, the method does not.
pub const METHOD_NOT_ALLOWED: ProblemType = ProblemType::new(
    "request.method_not_allowed",
    405,
    "This path does not know the method",
    "该路径不支持此请求方法",
);

/// The caller's bucket for this class of operations is empty.
pub const RATE_LIMITED: ProblemType = ProblemType::new(
    "request.rate_limited",
    429,
    "Too many requests; wait as long as Retry-After says",
    "请求过于频繁，请按 Retry-After 指示的时间稍后再试",
)
.passing();

/// A POST that books or moves money came without a key.
pub const IDEMPOTENCY_KEY_REQUIRED: ProblemType = ProblemType::new(
    "request.idempotency_key_required",
    400,
    "An Idempotency-Key header of 1 to 255 visible characters is required",
    "必须提供 Idempotency-Key 请求头（1 至 255 个可见字符）",
);

/// The key belongs to another request.
pub const IDEMPOTENCY_KEY_REUSED: ProblemType = ProblemType::new(
    "request.idempotency_key_reused",
    422,
    "The Idempotency-Key was used for a different request",
    "该 Idempotency-Key 已用于另一个请求",
);

/// The first request with this key is still running.
pub const REQUEST_IN_PROGRESS: ProblemType = ProblemType::new(
    "request.in_progress",
    409,
    "A request with this Idempotency-Key is still being processed",
    "使用该 Idempotency-Key 的请求仍在处理中",
)
.passing();

/// Others were faster, several times over.
pub const BUSY: ProblemType = ProblemType::new(
    "service.busy",
    503,
    "Too many requests want the same thing; try again",
    "系统繁忙，请稍后重试",
)
.passing();

/// The database is away, or the outcome of a transaction is unknown.
pub const UNAVAILABLE: ProblemType = ProblemType::new(
    "service.unavailable",
    503,
    "The service is not available; repeat the request with the same Idempotency-Key",
    "服务暂不可用，请使用相同的 Idempotency-Key 重试",
)
.passing();

/// The handler took longer than any should.
pub const TIMEOUT: ProblemType = ProblemType::new(
    "service.timeout",
    503,
    "The request took too long; repeat it with the same Idempotency-Key",
    "处理超时，请使用相同的 Idempotency-Key 重试",
)
.passing();

/// Something nobody thought of. It is in the log under the request id.
pub const INTERNAL: ProblemType =
    ProblemType::new("service.internal", 500, "Something went wrong on our side", "系统内部错误");
