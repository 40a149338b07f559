"""What letters say, in Chinese and English, one below the other: in which language somebody reads is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Both:
    """A sentence in Chinese and in English."""

    zh: str
    en: str


SUBJECTS: Final = {
    "notice-posted": Both("您的职称申报已公示", "The notice of your title application is posted"),
    "title-granted": Both("您的职称申报已通过", "Your title is granted"),
    "application-refused": Both("您的职称申报已有结果", "Your title application is decided"),
    "certificate-ready": Both("您的证书已签发", "Your certificate is ready"),
    "proposal-waits": Both("有事项待您审批", "A proposal waits for your decision"),
    "objection-waits": Both("有异议待处理", "An objection waits for an answer"),
}
SAYS: Final = {
    "notice-posted": Both(
        "您的职称申报已公示。公示期内任何人都可以提出异议。公示内容见：",
        "The notice of your title application is posted. While it stands anybody may object. It is shown here:",
    ),
    "title-granted": Both(
        "您的职称申报已通过，职称证书可在此查看和下载：",
        "Your title is granted. Its certificate can be seen and downloaded here:",
    ),
    "application-refused": Both(
        "您的职称申报未获通过。理由请向受理机构查询：",
        "Your title application was not granted. Ask the organisation that keeps it for the reason:",
    ),
    "certificate-ready": Both(
        "您的证书已签发，可在此查看和下载：",
        "Your certificate is ready. It can be seen and downloaded here:",
    ),
    "proposal-waits": Both(
        "有一项提议等待您批准或退回：",
        "A proposal waits for you to approve or decline it:",
    ),
    "objection-waits": Both(
        "有人对公示提出了异议，请在工作台处理：",
        "Somebody objected to a notice. It is to be answered in the office:",
    ),
}
DEAR: Final = Both("{name}：您好！", "Dear {name},")
SECRET_LINK: Final = Both(
    "持有此链接者均可看到证书，请只交给您信任的人。",
    "Whoever has this link sees the certificate: pass it on to those only who are to see it.",
)
WHY_STAFF: Final = Both(
    "您是本机构工作人员，故收到此邮件；可在“我的账户”中关闭此类通知。",
    "You receive this as a member of staff. Under “My account” you can turn such messages off.",
)
NO_ANSWER: Final = Both("此邮件由系统自动发送，请勿回复。", "This mail was sent by a machine: please do not answer it.")
